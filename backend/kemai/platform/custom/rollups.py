"""Roll-ups: a figure over the living records that point here, computed where it is read (PLT-14, decision 018).

The figure is the company's, the same for every reader. Whoever may not read what it is made of does not get it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kemai.kit.errors import KemaiError
from kemai.kit.words import T
from kemai.platform.custom.formula import FormulaError
from kemai.platform.custom.literal import inlined, literal
from kemai.platform.objects import types
from kemai.platform.objects.declare import Field, ObjectType
from kemai.platform.objects.demands import JUDGE, asks_only_own, names_in
from kemai.platform.objects.filters import compile_filter
from kemai.platform.objects.secrecy import on

OPERATIONS = ("sum", "count", "min", "max", "last")
_ALIAS = "ru"
_PLAIN = (types.Text, types.Choice, types.Number, types.Date, types.Phone, types.Email, types.Url)


@dataclass(frozen=True, slots=True)
class Rollup:
    """A roll-up ready to stand in a statement; ``source``: the field whose type and words the result has."""

    sql: str
    type: types.FieldType
    source: Field | None
    inputs: tuple[tuple[str, str], ...]


def links_to(related: ObjectType, target: str) -> list[Field]:
    """The stored references of a kind of record to another."""
    return [f for f in related.fields if f.stored and f.target == target and not isinstance(f.type, types.User)]


def compile_rollup(spec: dict[str, Any], base: ObjectType, related: ObjectType, *, zone: str) -> Rollup:
    """The correlated subquery of a roll-up; :class:`FormulaError` (of position 0) says what is wrong with it."""
    link = next((f for f in links_to(related, base.name) if f.name == spec.get("field")), None)
    if link is None:
        raise _wrong(
            "unknown_name", T("请选择指向本记录的字段。", "Choose a field that refers to this kind of record.")
        )
    op = spec.get("op")
    if op not in OPERATIONS:
        raise _wrong("unknown_name", T("请选择汇总方式。", "Choose how to roll up."))
    source = _source(spec, related, str(op))
    by = related.by_name.get(spec.get("by") or "created_at")
    if op == "last" and (by is None or not isinstance(by.type, (types.Date, types.Number)) or not by.stored):
        raise _wrong("type", T("“最近一条”须按日期或数字排序。", "The last is judged by a date or a number."))
    used = {link.name, *([source.name] if source else []), *names_in(spec.get("filter"))}
    if op == "last" and by is not None:
        used.add(by.name)
    for name in used:
        if name in related.by_name and related.by_name[name].secret_when:
            raise _wrong(
                "secret",
                T("“{label}”有时不可见，不能用于汇总。", '"{label}" is withheld at times and cannot be rolled up.'),
                label=related.by_name[name].label,
            )
    where = f"{on(_ALIAS, link.expression)} = t.id AND {_ALIAS}.deleted_at IS NULL{_condition(spec, related, zone)}"
    sql = _figure(str(op), source, by, f"FROM {related.table} {_ALIAS} WHERE {where}")
    kind = types.INTEGER if source is None else source.type
    return Rollup(sql, kind, source, tuple(sorted((related.name, name) for name in used)))


def _source(spec: dict[str, Any], related: ObjectType, op: str) -> Field | None:
    if op == "count":
        return None
    found = related.by_name.get(spec.get("of") or "")
    wanted = {"sum": (types.Number,), "last": _PLAIN}.get(op, (types.Number, types.Date))
    if found is None or not found.stored:
        raise _wrong("unknown_name", T("请选择要汇总的字段。", "Choose the field to roll up."))
    if not isinstance(found.type, wanted):
        raise _wrong(
            "type",
            T("“{label}”不能这样汇总。", '"{label}" cannot be rolled up this way.'),
            label=found.label,
        )
    return found


def _figure(op: str, source: Field | None, by: Field | None, rest: str) -> str:
    if source is None:
        return f"(SELECT count(*) {rest})"
    value = on(_ALIAS, source.measured)
    if op == "last" and by is not None:
        return f"(SELECT {value} {rest} ORDER BY {on(_ALIAS, by.expression)} DESC NULLS LAST, {_ALIAS}.id DESC LIMIT 1)"
    figure = f"{op}({value})"
    if op == "sum":
        figure = f"COALESCE({figure}, 0)"
        if isinstance(source.type, types.Money):
            figure += "::numeric(20,2)"
    return f"(SELECT {figure} {rest})"


def _condition(spec: dict[str, Any], related: ObjectType, zone: str) -> str:
    tree = spec.get("filter")
    if not tree:
        return ""
    if not asks_only_own(tree):
        raise _wrong("bad_condition", T("条件只能是字段的比较。", "A condition compares fields."))
    for name in names_in(tree):
        found = related.by_name.get(name)
        if found is None or not found.stored:
            raise _wrong(
                "unknown_name",
                T(
                    "条件只能用该记录上填写的字段：{field}",
                    "The condition takes that record's own fields only: {field}",
                ),
                field=name[:60],
            )
    try:
        compiled = compile_filter(JUDGE, related, tree)
        day = f"(now() AT TIME ZONE {literal(zone)})::date"
        midnight = f"({day}::timestamp AT TIME ZONE {literal(zone)})"
        given = {"today": day, "today_from": midnight, "today_to": f"({midnight} + interval '1 day')"}
        return f" AND {on(_ALIAS, inlined(compiled.sql, compiled.params, given))}"
    except KemaiError as error:
        raise _wrong(
            "bad_condition", T("条件不正确：{what}", "The condition is not valid: {what}"), what=error.detail()
        ) from error
    except KeyError as error:
        raise _wrong("bad_condition", T("汇总条件不能用“我”。", 'A roll-up\'s condition cannot use "me".')) from error


def _wrong(code: str, message: T, **params: Any) -> FormulaError:
    return FormulaError(code, message, 0, 0, **params)
