"""Formulas and roll-ups put into the declarations, and the whole made known to :func:`get_object`.

Both are SQL where they are read; no value is kept (decision 018).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from kemai.base.parameters import Parameter, declare
from kemai.kit.words import T
from kemai.platform.custom.definitions import PREFIX, Definitions, computed_field, definitions, extended, with_stored
from kemai.platform.custom.formula import FormulaError, compile_formula, named_fields
from kemai.platform.custom.formula.functions import BOOL, DATE, INSTANT, NUMBER, TEXT
from kemai.platform.custom.rollups import compile_rollup
from kemai.platform.models import CustomField
from kemai.platform.objects import types
from kemai.platform.objects.declare import Field, ObjectType, declared_objects, extend_with

log = structlog.get_logger(__name__)

COMPANY = T("公司", "Company")
ZONE = declare(
    Parameter(
        "company.time_zone",
        "text",
        "Asia/Shanghai",
        T("公司时区", "The company's time zone"),
        COMPANY,
        T("公式里的“今天”按此时区计算。", 'What "today" is in formulas.'),
    )
)
_RESULTS: dict[str, tuple[types.FieldType, str]] = {
    NUMBER: (types.NUMBER, "round({0}, {1})"),
    TEXT: (types.TEXT, "COALESCE({0}, '')"),
    BOOL: (types.BOOL, "COALESCE({0}, FALSE)"),
    DATE: (types.DATE, "({0})"),
    INSTANT: (types.INSTANT, "({0})"),
}


def company_zone() -> str:
    """The zone "today" is reckoned in; the usual one where the parameter names none."""
    try:
        return ZoneInfo(str(ZONE.value())).key
    except (KeyError, ValueError, OSError):
        return str(ZONE.default)


def effective(base: ObjectType) -> ObjectType:
    """``base`` with the administrator's fields, formulas and roll-ups included."""
    found = definitions()
    if not found.epoch:
        return base
    known = found.declarations.get(base.name)
    if known is None:
        known = found.declarations[base.name] = with_computed(found, base)
    return known


def with_computed(found: Definitions, base: ObjectType) -> ObjectType:
    """Stored fields first, then roll-ups, then formulas in the order they need each other. What no longer holds is left out and
    remembered in ``found.broken``: one bad definition must not take a kind of record away."""
    stored = with_stored(found, base)
    rows = [row for row in found.rows.get(base.name, []) if row.type in ("formula", "rollup")]
    if not rows:
        return stored
    made = _Made(found, stored, dict(stored.by_name), {})
    for row in rows:
        if row.type == "rollup":
            made.keep(row, made.rollup)
    formulas = {f"{PREFIX}{row.key}": row for row in rows if row.type == "formula"}
    for name in list(formulas):
        made.formula(name, formulas, ())
    in_order = [made.fields[f"{PREFIX}{row.key}"] for row in rows if f"{PREFIX}{row.key}" in made.fields]
    return extended(stored, in_order, found.epoch)


@dataclass(slots=True)
class _Made:
    """The computed fields of one declaration on their way."""

    found: Definitions
    stored: ObjectType
    known: dict[str, Field]
    fields: dict[str, Field]

    def keep(self, row: CustomField, make: Callable[[CustomField], Field]) -> None:
        name = f"{PREFIX}{row.key}"
        try:
            field = make(row)
        except FormulaError as error:
            self.found.broken[(row.object, row.key)] = error
            log.warning("a computed field does not hold", object=row.object, key=row.key, code=error.code)
        else:
            self.fields[name] = self.known[name] = field

    def rollup(self, row: CustomField) -> Field:
        spec = row.options.get("rollup") or {}
        related = next((o for o in declared_objects() if o.name == spec.get("object")), None)
        if related is None:
            raise FormulaError("unknown_name", T("请选择要汇总的记录。", "Choose which records to roll up."))
        rollup = compile_rollup(spec, self.stored, with_stored(self.found, related), zone=company_zone())
        source = rollup.source
        field = computed_field(row, type=rollup.type, sql=rollup.sql, inputs=rollup.inputs)
        if source is None:
            return field
        return replace(
            field,
            choices=source.choices,
            dictionary=source.dictionary,
            currency_code=source.currency_code,
            places=source.places,
            sortable=not isinstance(source.type, types.LongText),
        )

    def formula(self, name: str, formulas: dict[str, CustomField], path: tuple[str, ...]) -> None:
        """Make a formula after those it names. One that leads back to itself is refused, naming the way."""
        row = formulas[name]
        if name in self.fields or (row.object, row.key) in self.found.broken:
            return
        if name in path:
            way = " → ".join(formulas[n].label_zh for n in (*path[path.index(name) :], name))
            loop = T("公式互相引用：{way}", "The formulas refer to each other: {way}")
            for member in path[path.index(name) :]:
                key = (row.object, formulas[member].key)
                self.found.broken[key] = FormulaError("loop", loop, way=way)
            return
        try:
            named = named_fields(str(row.options.get("formula") or ""))
        except FormulaError:
            named = set()  # said when it is compiled
        for other in sorted(named & set(formulas)):
            self.formula(other, formulas, (*path, name))
        if (row.object, row.key) not in self.found.broken:
            self.keep(row, self._compiled)

    def _compiled(self, row: CustomField) -> Field:
        source = str(row.options.get("formula") or "")
        compiled = compile_formula(source, self.known, zone=company_zone())
        kind, pattern = _RESULTS[compiled.type]
        places = row.options.get("decimals")
        sql = pattern.format(compiled.sql, 2 if places is None else places)
        inputs = {(self.stored.name, name) for name in compiled.inputs}
        for name in compiled.inputs:
            inputs |= set(self.known[name].inputs)
        field = computed_field(row, type=kind, sql=sql, inputs=tuple(sorted(inputs)))
        places = 2 if places is None else places
        return replace(
            field, **self._secret(source, compiled.inputs), places=places if compiled.type == NUMBER else None
        )

    def _secret(self, source: str, names: frozenset[str]) -> dict[str, Any]:
        """A formula is withheld on the rows where one of its fields is."""
        guarded = {(f.secret_when, f.secret_unless) for n in names if (f := self.known[n]).secret_when}
        if len({unless for _, unless in guarded}) > 1:
            raise FormulaError(
                "secret",
                T("这些字段的可见条件不同，不能一起计算。", "These fields are withheld on different terms."),
                0,
                len(source),
            )
        if not guarded:
            return {}
        return {
            "secret_when": " OR ".join(f"({when})" for when, _ in sorted(guarded)),
            "secret_unless": next(iter(guarded))[1],
        }


extend_with(effective)
