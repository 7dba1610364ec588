"""PLT-14: what PostgreSQL makes of a formula is what Python makes of it, for formulas and values nobody thought of."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kemai.kit.words import T
from kemai.platform.custom.formula import compile_formula, parse
from kemai.platform.custom.formula.parse import Call, Name, Node, Number, Text, Word
from kemai.platform.objects import types
from kemai.platform.objects.declare import Field

FIELDS = {
    f.name: f
    for f in (
        Field("a", types.NUMBER, T("甲", "A")),
        Field("b", types.NUMBER, T("乙", "B")),
        Field("s", types.TEXT, T("文", "S")),
        Field("flag", types.BOOL, T("是", "F")),
    )
}
Value = Decimal | str | bool | None

number_leaf = st.one_of(
    st.sampled_from(["a", "b", "{甲}", "0", "1", "2.5", "-3", "null"]), st.integers(0, 10**6).map(str)
)
text_leaf = st.one_of(st.sampled_from(["s", '""', "'it“s'", '"t.a %s"', '"客脉"']), st.sampled_from(["'x'", "“全角”"]))


def numbers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        two.flatmap(lambda p: st.sampled_from("+-*/").map(lambda o: f"({p[0]} {o} {p[1]})")),
        two.map(lambda p: f"coalesce({p[0]}, {p[1]})"),
        two.map(lambda p: f"min({p[0]}, {p[1]}, 5)"),
        two.map(lambda p: f"max(a, {p[0]}, {p[1]})"),
        inner.map(lambda x: f"abs(-{x})"),
        inner.map(lambda x: f"round({x}, 2)"),
        inner.map(lambda x: f"floor({x}) + ceil({x})"),
        st.tuples(conditions(inner), inner, inner).map(lambda p: f"if({p[0]}, {p[1]}, {p[2]})"),
    )


def conditions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    plain = st.one_of(
        st.tuples(inner, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), inner).map(
            lambda p: f"{p[0]} {p[1]} {p[2]}"
        ),
        st.tuples(text_leaf, st.sampled_from(["=", "<>"]), text_leaf).map(lambda p: f"{p[0]} {p[1]} {p[2]}"),
        st.sampled_from(["flag", "true", "not flag", "is_empty(s)", 'in(s, "x", s)']),
    )
    return st.one_of(
        plain, st.tuples(plain, st.sampled_from(["and", "or"]), plain).map(lambda p: f"({p[0]} {p[1]} not ({p[2]}))")
    )


formulas = st.recursive(number_leaf, numbers, max_leaves=8)
texts = st.tuples(text_leaf, formulas, text_leaf).map(
    lambda p: f"left({p[0]} & {p[2]}, 4) & length({p[0]}) & if({p[1]} > 0, upper({p[2]}), lower({p[0]}))"
)


def evaluate(node: Node, row: dict[str, Value]) -> Value:
    """The meaning of a formula, in Python."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, (Text, Word)):
        return node.value
    if isinstance(node, Name):
        return row[{"甲": "a"}.get(node.name, node.name)]
    assert isinstance(node, Call)
    if node.name == "if":
        condition, yes, no = node.arguments
        return evaluate(yes if evaluate(condition, row) else no, row)
    return MEANING[node.name](*(evaluate(argument, row) for argument in node.arguments))


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    """Nothing in, nothing out."""
    return lambda *values: None if None in values else function(*values)


def _logic(stop: bool) -> Callable[..., Any]:
    return lambda *values: stop if stop in values else None if None in values else not stop


def _same(x: Value, y: Value) -> bool | None:
    if isinstance(x, str) or isinstance(y, str):
        return (x or "") == (y or "")
    return None if x is None or y is None else x == y


def _told(value: Value) -> str:
    return "" if value is None else format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


MEANING: dict[str, Callable[..., Any]] = {
    "+": _known(lambda x, y: x + y),
    "-": _known(lambda x, y: x - y),
    "*": _known(lambda x, y: x * y),
    "/": _known(lambda x, y: None if y == 0 else x / y),
    "neg": _known(lambda x: -x),
    "abs": _known(abs),
    "round": _known(lambda x, n: x.quantize(Decimal(1).scaleb(-int(n)), ROUND_HALF_UP)),
    "floor": _known(lambda x: x.to_integral_value(ROUND_FLOOR)),
    "ceil": _known(lambda x: x.to_integral_value(ROUND_CEILING)),
    "min": lambda *v: min((x for x in v if x is not None), default=None),
    "max": lambda *v: max((x for x in v if x is not None), default=None),
    "coalesce": lambda *v: next((x for x in v if x is not None), None),
    "=": _same,
    "<>": lambda x, y: None if (r := _same(x, y)) is None else not r,
    "<": _known(lambda x, y: x < y),
    "<=": _known(lambda x, y: x <= y),
    ">": _known(lambda x, y: x > y),
    ">=": _known(lambda x, y: x >= y),
    "and": _logic(False),
    "or": _logic(True),
    "not": lambda x: not x,
    "is_empty": lambda x: x in (None, ""),
    "in": lambda x, *others: x in others,
    "&": lambda x, y: _told(x) + _told(y),
    "left": lambda x, n: x[: int(n)],
    "length": lambda x: Decimal(len(x)),
    "upper": lambda x: x.upper(),
    "lower": lambda x: x.lower(),
}


def ask(source: str, row: dict[str, Value]) -> Value:
    compiled = compile_formula(source, FIELDS, zone="Asia/Shanghai")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {compiled.sql} FROM (SELECT %(a)s::numeric AS a, %(b)s::numeric AS b, %(s)s::text AS s, %(flag)s::boolean AS flag) t",
            row,
        )
        found: Value = cursor.fetchone()[0]
    return found


values = st.fixed_dictionaries(
    {
        "a": st.none() | st.integers(-(10**9), 10**9).map(Decimal),
        "b": st.none() | st.decimals(-1000, 1000, places=2),
        "s": st.sampled_from(["", "x", "客脉 CRM", "it's", "100%"]),
        "flag": st.booleans(),
    }
)


@pytest.mark.django_db
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(source=formulas, row=values)
def test_numbers_come_out_as_in_python(source: str, row: dict[str, Value]) -> None:
    """To a billionth: a quotient has as many places as PostgreSQL likes."""
    if source == "null":
        return
    with localcontext(Context(prec=200)):
        meant, got = evaluate(parse(source), row), ask(source, row)
        if meant is None or got is None:
            assert meant is got is None, source
            return
        assert isinstance(meant, Decimal) and isinstance(got, Decimal)
        if "/" in source and any(word in source for word in ("floor", "round", "if(")):
            return  # the last place of a quotient decides there
        assert abs(meant - got) <= max(abs(meant) * Decimal("1e-9"), Decimal("1e-6")), (source, meant, got)


@pytest.mark.django_db
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(source=texts, row=values)
def test_texts_come_out_as_in_python(source: str, row: dict[str, Value]) -> None:
    if "/" in source:
        source = source.replace("/", "+")
    with localcontext(Context(prec=200)):
        assert ask(source, row) == evaluate(parse(source), row), source
