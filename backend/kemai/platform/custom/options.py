"""The settings that belong to a type: choices, bounds, targets, defaults, conditions. Checked here and nowhere else."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from kemai.accounts.access import Actor
from kemai.base.privacy import DataClass
from kemai.kit.errors import FieldError, KemaiError
from kemai.kit.text.normalise import clean_text
from kemai.kit.words import T
from kemai.platform.custom.definitions import PREFIX, field_of
from kemai.platform.custom.formula import FormulaError
from kemai.platform.custom.kinds import Kind
from kemai.platform.custom.trial import try_out
from kemai.platform.models import CustomField
from kemai.platform.objects.declare import ObjectType, declared_objects, get_object
from kemai.platform.objects.demands import JUDGE, asks_only_own, names_in
from kemai.platform.objects.dictionaries import all_dictionaries
from kemai.platform.objects.filters import compile_filter
from kemai.platform.objects.types import BadValue

MAX_CHOICES = 500
LONGEST = {"text": 1_000, "long_text": 20_000}
_CODE = re.compile(r"[A-Za-z0-9_\-]{1,60}")
#: Sensitive data (identity numbers, bank cards) would have to be encrypted, which fields of one's own are not.
CLASSES = {DataClass.PUBLIC.value, DataClass.INTERNAL.value, DataClass.PERSONAL.value}
_CURRENCY = re.compile(r"[A-Z]{3}")


class Faults(Protocol):
    """Where what is wrong is put."""

    @property
    def errors(self) -> list[FieldError]: ...
    def add(self, name: str, code: str, message: T, /, **params: Any) -> None: ...


def check_options(
    actor: Actor,
    declaration: ObjectType,
    row: CustomField,
    kind: Kind,
    options: dict[str, Any],
    given: set[str],
    faults: Faults,
) -> dict[str, Any]:
    """The settings as they are kept. What the type does not have is refused when it says something, and not kept."""
    for name in given & {
        "choices",
        "dictionary",
        "target",
        "decimals",
        "min",
        "max",
        "max_length",
        "currency",
        "formula",
        "rollup",
    }:
        if name not in kind.options and options.get(name) not in (None, "", []):
            faults.add(
                name,
                "not_for_type",
                T("“{kind}”类型的字段没有这个设置。", "A field of type {kind} does not have this setting."),
                kind=kind.label,
            )
    kept: dict[str, Any] = {}
    checks = {
        "choices": lambda raw: _choices(raw, row.options.get("choices") or [], faults),
        "dictionary": lambda raw: _one_of("dictionary", raw, {d.code for d in all_dictionaries()}, faults),
        "target": lambda raw: _one_of("target", raw, {o.name for o in declared_objects()}, faults),
        "decimals": lambda raw: _whole("decimals", raw, 0, 6, faults),
        "min": lambda raw: _number("min", raw, faults),
        "max": lambda raw: _whole("max", raw, 1, 10, faults) if kind.name == "rating" else _number("max", raw, faults),
        "max_length": lambda raw: _whole("max_length", raw, 1, LONGEST.get(kind.name, 1_000), faults),
        "currency": lambda raw: _currency(raw, faults),
    }
    for name in kind.options:
        if name in checks and options.get(name) not in (None, "", []):
            kept[name] = checks[name](options[name])
    if "target" in kind.options and not kept.get("target"):
        faults.add("target", "required", T("请选择关联的记录类型。", "Choose which kind of record it refers to."))
    if "choices" in kind.options and not kept.get("choices") and not kept.get("dictionary"):
        faults.add("choices", "required", T("请填写选项，或选择一个字典。", "Give choices or choose a dictionary."))
    if kept.get("min") is not None and kept.get("max") is not None and Decimal(kept["min"]) > Decimal(kept["max"]):
        faults.add("min", "out_of_bounds", T("最小值不能大于最大值。", "The smallest value exceeds the largest."))
    for name in ("show_when", "require_when"):
        if options.get(name):
            kept[name] = _condition(name, declaration, row, options[name], faults)
    if kept.get("show_when") and kept.get("require_when"):  # judged as one (:func:`definitions.field_of`)
        _condition("require_when", declaration, row, {"and": [kept["show_when"], kept["require_when"]]}, faults)
    if kind.computed and options.get("require_when"):
        faults.add("require_when", "not_for_type", T("计算字段不能设为必填。", "A computed field cannot be required."))
    if kind.computed and not faults.errors:
        _check_computed(actor, row, kind, options, kept, faults)
    if options.get("data_class") not in (None, ""):
        kept["data_class"] = _one_of("data_class", options["data_class"], CLASSES, faults)
    if not kind.computed and options.get("default") not in (None, "", []):
        kept["default"] = _default(row, kind, kept, options["default"], faults)
    return kept


def _check_computed(
    actor: Actor, row: CustomField, kind: Kind, options: dict[str, Any], kept: dict[str, Any], faults: Faults
) -> None:
    """A formula or a roll-up, tried out with all the others of its kind of record."""
    raw = options.get(kind.name)
    if not raw or not isinstance(raw, str if kind.name == "formula" else dict):
        faults.add(kind.name, "required", T("请填写{kind}。", "Give the {kind}."), kind=kind.label)
        return
    try:
        tried = try_out(actor, row, {**kept, kind.name: raw})
    except FormulaError as error:
        faults.add(kind.name, error.code, error.message, **error.params)
        return
    kept[kind.name] = tried.source
    kept["inputs"] = tried.inputs
    for other, harm in tried.harmed.items():
        faults.add(
            kind.name,
            "in_use",
            T("“{label}”会因此失效：{why}", '"{label}" would not hold any more: {why}'),
            label=other,
            why=harm.message.to(**harm.params),
        )


def _whole(name: str, raw: Any, low: int, high: int, faults: Faults) -> int | None:
    if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
        faults.add(
            name,
            "out_of_bounds",
            T("应为 {low} 到 {high} 的整数。", "A whole number {low} to {high}."),
            low=low,
            high=high,
        )
        return None
    return raw


def _number(name: str, raw: Any, faults: Faults) -> str | None:
    try:
        value = Decimal(str(raw)) if not isinstance(raw, bool) else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15:
        faults.add(name, "not_number", T("应为数字。", "A number is expected."))
        return None
    return format(value, "f")


def _currency(raw: Any, faults: Faults) -> str:
    if not isinstance(raw, str) or not _CURRENCY.fullmatch(raw):
        faults.add("currency", "bad_currency", T("币种应为三位代码，如 CNY。", "A currency is three letters, as CNY."))
        return ""
    return raw


def _one_of(name: str, raw: Any, known: set[str], faults: Faults) -> str:
    if raw not in known:
        faults.add(name, "unknown_choice", T("没有这个选项。", "There is no such choice."))
        return ""
    return str(raw)


def _choices(raw: Any, before: list[dict[str, Any]], faults: Faults) -> list[dict[str, Any]]:
    """The choices in order. One left out is switched off, not removed: records that have it keep their words."""
    if not isinstance(raw, list) or len(raw) > MAX_CHOICES or not all(isinstance(c, dict) for c in raw):
        faults.add(
            "choices", "not_list", T("最多 {limit} 个选项。", "A list of at most {limit} choices."), limit=MAX_CHOICES
        )
        return before
    found: dict[str, dict[str, Any]] = {}
    taken = {str(c.get("value")) for c in (*raw, *before) if c.get("value")}
    for n, choice in enumerate(raw):
        zh, en = (clean_text(str(choice.get(k) or "")) for k in ("label_zh", "label_en"))
        value = str(choice.get("value") or "") or next(v for i in range(1, 2000) if (v := f"c{i}") not in taken)
        taken.add(value)
        place = f"choices.{n}"
        if not zh or len(zh) > 100 or len(en) > 100:
            faults.add(
                place, "required", T("第 {row} 个选项缺少名称或过长。", "Choice {row} lacks its label."), row=n + 1
            )
        elif not _CODE.fullmatch(value) and value not in {c["value"] for c in before}:
            faults.add(
                place, "bad_key", T("选项代码只能用字母、数字、- 和 _。", "A code holds letters, digits, - and _.")
            )
        elif value in found or any(c["label_zh"] == zh for c in found.values()):
            faults.add(place, "duplicate", T("选项重复：{label}", "This choice comes twice: {label}"), label=zh)
        else:
            found[value] = {
                "value": value,
                "label_zh": zh,
                "label_en": en or zh,
                "color": str(choice.get("color") or "default")[:20],
                "active": choice.get("active") is not False,
            }
    gone = [{**c, "active": False} for c in before if c["value"] not in found]
    return [*found.values(), *gone]


def _condition(name: str, declaration: ObjectType, row: CustomField, tree: Any, faults: Faults) -> Any:
    """A condition over the record's own stored fields; compiled once here, so that a wrong one is refused and not met later."""
    current = get_object(declaration.name)
    if not asks_only_own(tree):
        faults.add(
            name, "bad_condition", T("条件只能是本记录字段的比较。", "A condition compares the record's own fields.")
        )
        return None
    own = f"{PREFIX}{row.key}"
    for used in sorted(names_in(tree)):
        found = current.by_name.get(used)
        if found is None or not found.stored or used == own or used.startswith(("created_", "updated_")):
            faults.add(
                name,
                "unknown_field",
                T("条件只能用本记录上填写的字段：{field}", "A condition takes the record's own fields only: {field}"),
                field=used[:60],
            )
            return None
    try:
        compile_filter(JUDGE, current, tree)
    except KemaiError as error:
        faults.add(
            name, "bad_condition", T("条件不正确：{what}", "The condition is not valid: {what}"), what=error.detail()
        )
        return None
    return tree


def _default(row: CustomField, kind: Kind, kept: dict[str, Any], raw: Any, faults: Faults) -> Any:
    """A value every new record begins with, or the word of one that is worked out; of people and departments only the latter."""
    if row.unique:
        faults.add("default", "not_for_unique", T("不可重复的字段不能设默认值。", "What comes once takes no default."))
        return None
    if kind.moving and raw == kind.moving:
        return raw
    trial = CustomField(
        object=row.object, key=row.key, type=row.type, label_zh=row.label_zh, label_en=row.label_en, options={**kept}
    )
    found = replace(field_of(trial), default=None)
    if not kind.takes_default:
        faults.add("default", "not_for_type", T("此类型不能设默认值。", "This type takes no default."))
        return None
    try:
        found.type.parse(found, raw)
    except BadValue as error:
        faults.add("default", error.code, error.message, **error.params)
        return None
    return raw
