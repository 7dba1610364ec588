"""References to other records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.objects.types.base import BadValue, CellContext, FieldType

if TYPE_CHECKING:
    from kemai.platform.objects.declare import Field


class Reference(FieldType):
    """The key of another record. Whether the writer may see it is checked in a batch by the write service."""

    name = "reference"
    cast = "::uuid"
    operators: tuple[str, ...] = ("eq", "ne", "in", "not_in", "is_null")
    empty = None
    groupable = True
    json_schema = {"type": "string", "format": "uuid"}

    def extract(self, key: str) -> str:
        return f"(t.custom->>'{key}')::uuid"

    def from_json(self, value: Any) -> Any:
        return parse_id(value)

    def parse(self, field: Field, raw: Any) -> Any:
        if raw in (None, ""):
            return None
        return self._key(raw)

    def _key(self, raw: Any) -> Any:
        key = parse_id(raw)
        if key is None:
            raise BadValue("not_id", T("应为记录编号。", "A record id is expected."))
        return key

    def operand(self, field: Field, op: str, raw: Any) -> Any:
        return self._key(raw)

    def null_sql(self, column: str) -> str:
        return f"({column} IS NULL)"

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        return (value or {}).get("label") or ""


class Related(Reference):
    """A reference to one of several kinds of record; written as an id, or as ``{"object", "id"}``."""

    name = "related"
    groupable = False

    def parse(self, field: Field, raw: Any) -> Any:
        return super().parse(field, raw.get("id") if isinstance(raw, dict) else raw)


class User(Reference):
    name = "user"
    rank_cast = "::text"

    def ranked(self, field: Field, column: str) -> str:
        """By the person's name, as lists of people are."""
        return f"(SELECT ru.name_sort FROM accounts_user ru WHERE ru.id = {column})"

    def leaf(self, field: Field, op: str, raw: Any, column: str, name: str) -> tuple[str, dict[str, Any]]:
        if raw == "me" and op in ("eq", "ne"):
            return (f"{column} = %(me)s" if op == "eq" else f"{column} IS DISTINCT FROM %(me)s"), {}
        if op in ("in", "not_in") and isinstance(raw, list) and "me" in raw:
            others, params = super().leaf(field, op, [r for r in raw if r != "me"], column, name)
            mine = f"{column} = %(me)s" if op == "in" else f"{column} IS DISTINCT FROM %(me)s"
            return f"({others} {'OR' if op == 'in' else 'AND'} {mine})", params
        return super().leaf(field, op, raw, column, name)


class Department(Reference):
    name = "department"
    operators = (*Reference.operators, "under")
    rank_cast = "::text"

    def ranked(self, field: Field, column: str) -> str:
        """By the department's name."""
        return f"(SELECT rd.name_sort FROM accounts_department rd WHERE rd.id = {column})"

    def leaf(self, field: Field, op: str, raw: Any, column: str, name: str) -> tuple[str, dict[str, Any]]:
        if op == "under":
            below = (
                "WITH RECURSIVE below AS (SELECT id FROM accounts_department WHERE id = %({0})s UNION "
                "SELECT d.id FROM accounts_department d JOIN below ON d.parent_id = below.id) SELECT id FROM below"
            )
            return f"{column} IN ({below.format(name)})", {name: self._key(raw)}
        return super().leaf(field, op, raw, column, name)
