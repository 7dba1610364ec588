"""Words, and texts of an exact form: telephone, e-mail, address, code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kemai.kit import validate
from kemai.kit.text import mentions
from kemai.kit.text.normalise import clean_text, phone_key
from kemai.kit.words import T
from kemai.platform.objects.types.base import EXAMPLE, BadValue, CellContext, FieldType

if TYPE_CHECKING:
    from kemai.platform.objects.declare import Field


class Text(FieldType):
    masking = "middle"

    def example(self, field: Field) -> str:
        return f"{EXAMPLE.to()}{field.label.to()}"[: field.max_length or 60] if field.required else ""


class LongText(FieldType):
    name = "long_text"
    masking = "all"
    operators = ("contains", "is_null")

    def parse(self, field: Field, raw: Any) -> Any:
        if raw is None:
            return ""
        if not isinstance(raw, str):
            raise BadValue("not_text", T("应为文本。", "A text is expected."))
        lines = "\n".join(clean_text(line) for line in raw.replace("\r\n", "\n").split("\n")).strip()
        limit = field.max_length or 20_000
        if len(lines) > limit:
            raise BadValue(
                "too_long",
                T("最多 {limit} 个字，现在有 {length} 个。", "At most {limit} characters; this has {length}."),
                limit=limit,
                length=len(lines),
            )
        return lines

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        return mentions.plain(value or "")


class Phone(FieldType):
    """A telephone number: stored as typed when recognised, compared by its digits."""

    name = "phone"
    masking = "phone"
    telling = True
    operators = ("eq", "is_null")

    def example(self, field: Field) -> str:
        return "13800001234"

    def parse(self, field: Field, raw: Any) -> str:
        text = super().parse(field, raw)
        if not text:
            return ""
        try:
            return validate.phone(text)
        except ValueError as error:
            raise BadValue(
                "not_phone",
                T(
                    "电话号码不正确：请写手机号、带区号的座机号或带国家码的号码。",
                    "This is no telephone number: write a mobile number, a landline with its area code or a number with its country code.",
                ),
            ) from error

    def operand(self, field: Field, op: str, raw: Any) -> str:
        text = str(super().operand(field, op, raw))
        try:
            return validate.phone(text)
        except ValueError:
            return phone_key(text) or text


class Email(FieldType):
    name = "email"
    masking = "email"
    telling = True
    operators = ("eq", "contains", "starts_with", "is_null")

    def example(self, field: Field) -> str:
        return "name@example.com"

    def parse(self, field: Field, raw: Any) -> str:
        text = super().parse(field, raw)
        try:
            return validate.email(text) if text else ""
        except ValueError as error:
            raise BadValue("not_email", T("邮箱格式不正确。", "This is no e-mail address.")) from error


class Url(FieldType):
    name = "url"
    masking = "all"
    operators = ("eq", "contains", "is_null")

    def parse(self, field: Field, raw: Any) -> str:
        text = super().parse(field, raw)
        try:
            return validate.url(text) if text else ""
        except ValueError as error:
            raise BadValue(
                "not_url", T("网址应以 http:// 或 https:// 开头。", "An address starts with http:// or https://.")
            ) from error


class Code(FieldType):
    """A number with a checksum or an exact form; ``field.check`` is the validator."""

    name = "text"
    telling = True
    operators = ("eq", "starts_with", "in", "is_null")

    def parse(self, field: Field, raw: Any) -> str:
        text = super().parse(field, raw)
        if not text or field.check is None:
            return text
        try:
            return field.check(text)
        except ValueError as error:
            raise BadValue(
                getattr(error, "code", "bad_code"),
                T("{label}不正确，请核对每一位。", "{label} is not right; check every digit."),
                label=field.label.to(),
            ) from error
