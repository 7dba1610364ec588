"""Yes or no, one of a list, several of a list, free tags."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kemai.kit.text.normalise import clean_text
from kemai.kit.words import T
from kemai.platform.objects.types.base import BadValue, CellContext, FieldType

if TYPE_CHECKING:
    from kemai.platform.objects.declare import Field


class Bool(FieldType):
    name = "bool"
    cast = "::boolean"
    operators: tuple[str, ...] = ("eq", "ne")
    empty = False
    groupable = True
    json_schema = {"type": "boolean"}

    def extract(self, key: str) -> str:
        return f"COALESCE((t.custom->>'{key}')::boolean, false)"

    def words(self, field: Field, value: Any) -> Any:
        return (T("是", "Yes") if value else T("否", "No")).to()

    def example(self, field: Field) -> str:
        return T("是", "Yes").to()

    def parse(self, field: Field, raw: Any) -> bool:
        if raw is None:
            return False
        if not isinstance(raw, bool):
            raise BadValue("not_bool", T("应为 是/否。", "Yes or no is expected."))
        return raw

    def operand(self, field: Field, op: str, raw: Any) -> bool:
        return self.parse(field, raw)

    def null_sql(self, column: str) -> str:
        return f"({column} IS NULL)"

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        known = {
            "是": True,
            "yes": True,
            "true": True,
            "1": True,
            "y": True,
            "√": True,
            "否": False,
            "no": False,
            "false": False,
            "0": False,
            "n": False,
            "×": False,
        }
        found = known.get(text.strip().lower())
        if found is None:
            raise BadValue("not_bool", T("请写“是”或“否”。", "Write yes or no."))
        return found

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        return (T("是", "Yes") if value else T("否", "No")).to()


class Following(Bool):
    """Whether the reader follows the record: asked of each reader anew, stored beside the record."""

    name = "following"
    operators: tuple[str, ...] = ("eq",)
    groupable = False

    def leaf(self, field: Field, op: str, raw: Any, column: str, name: str) -> tuple[str, dict[str, Any]]:
        # Without comparing it to a value the set of keys is looked up in the index.
        return (column if self.parse(field, raw) else f"NOT {column}"), {}


class Choice(FieldType):
    name = "choice"
    masking = "all"
    operators = ("eq", "ne", "in", "not_in", "is_null")
    groupable = True
    rank_cast = "::integer"

    def ranked(self, field: Field, column: str) -> str:
        """By the order of the choices (decisions.md 20); a dictionary's is asked when the list is, since it changes."""
        if field.dictionary:
            return (
                f"(SELECT dv.position FROM platform_dictionaryvalue dv WHERE dv.dictionary = '{field.dictionary}' "
                f"AND dv.value = {column})"
            )
        codes = ", ".join("'" + code.replace("'", "''").replace("%", "%%") + "'" for code in field.choice_map())
        return f"array_position(ARRAY[{codes}]::text[], {column}::text)"

    def parse(self, field: Field, raw: Any) -> Any:
        if raw in (None, ""):
            return ""
        known = field.choice_map()
        if not isinstance(raw, str) or raw not in known:
            raise BadValue(
                "unknown_choice",
                T("没有这个选项：{value}。可选：{known}。", "No such choice: {value}. Possible: {known}."),
                value=str(raw)[:60],
                known=_some(known),
            )
        return raw

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        found = context.labels.get(field.name, {}).get(text.strip().lower())
        return found if found is not None else text.strip()

    def example(self, field: Field) -> str:
        return next((item.label.to() for item in field.choice_items() if item.active), "")

    def exporter(self, field: Field, context: CellContext) -> Callable[[Any], Any]:
        labels = {code: label.to() for code, label in field.choice_map().items()}
        return lambda value: labels.get(value or "", value or "")

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        label = field.choice_map().get(value or "")
        return label.to() if label else (value or "")


def _some(known: dict[str, T]) -> str:
    labels = [label.to() for label in known.values()]
    return "、".join(labels[:8]) + ("…" if len(labels) > 8 else "")


class Tags(FieldType):
    """A set of short words, free or from a dictionary."""

    name = "tags"
    operators = ("has", "has_any", "is_null")
    empty: Any = ()
    json_schema = {"type": "array", "items": {"type": "string"}}

    def extract(self, key: str) -> str:
        return f"kemai_texts(t.custom->'{key}')"

    def from_json(self, value: Any) -> Any:
        return list(value or [])

    def parse(self, field: Field, raw: Any) -> list[str]:
        if raw is None:
            return []
        if not isinstance(raw, list) or not all(isinstance(r, str) for r in raw):
            raise BadValue("not_list", T("应为文本列表。", "A list of texts is expected."))
        words = list(dict.fromkeys(w for w in (clean_text(r) for r in raw) if w))
        if len(words) > 50 or any(len(w) > 40 for w in words):
            raise BadValue(
                "too_many_tags", T("最多 50 个标签，每个不超过 40 字。", "At most 50 tags of 40 characters each.")
            )
        return words

    def operand(self, field: Field, op: str, raw: Any) -> str:
        if not isinstance(raw, str):
            raise BadValue("not_text", T("应为文本。", "A text is expected."))
        return raw

    def null_sql(self, column: str) -> str:
        return f"({column} = '{{}}')"

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        labels = context.labels.get(field.name, {})
        words = [w.strip() for w in re.split(r"[,，;；、\n|]", text) if w.strip()]
        return [labels.get(w.lower(), w) for w in words]

    def exporter(self, field: Field, context: CellContext) -> Callable[[Any], Any]:
        labels = {code: label.to() for code, label in field.choice_map().items()}
        return lambda value: "、".join(labels.get(v, v) for v in value or [])

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        known = field.choice_map()
        return "、".join(known[v].to() if v in known else v for v in value or [])


class MultiChoice(Tags):
    name = "multi_choice"

    def parse(self, field: Field, raw: Any) -> list[str]:
        codes = super().parse(field, raw)
        known = field.choice_map()
        for code in codes:
            if code not in known:
                raise BadValue(
                    "unknown_choice",
                    T("没有这个选项：{value}。可选：{known}。", "No such choice: {value}. Possible: {known}."),
                    value=code[:60],
                    known=_some(known),
                )
        return codes
