"""Conditions on related records and segments in the one filter language (CUS-7): what they find, for whom, and what is refused.

What they should find is worked out in Python from the rows themselves, by a second evaluator that shares no code with the compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kemai.kit.clock import now
from kemai.platform.objects.filters import MAX_DEPTH, MAX_RELATED
from tests.calling import Caller
from tests.contracts.oracle import CALLERS, list_status, sees
from tests.contracts.test_secrecy import lay_rule
from tests.fixtures import forget_everything, taken_back
from tests.world import World

LINK = {"object": "opportunities", "field": "customer"}


def related(
    where: Any = None, measure: Any = None, op: str = "gte", value: Any = 1, link: dict[str, str] = LINK
) -> dict[str, Any]:
    node: dict[str, Any] = {"related": link, "op": op, "value": value}
    return {**node, **({"where": where} if where else {}), **({"measure": measure} if measure else {})}


@pytest.fixture
def deals(world: World, call: Callable[[str], Caller]) -> dict[str, list[dict[str, Any]]]:
    """Customers of the director with known opportunities: customer id → its opportunities."""
    director = call("director")
    amounts: list[list[str | None]] = [[], ["10"], ["10", "20.50"], [None], ["-5", "5"], ["100000", "0.01", None]]
    found: dict[str, list[dict[str, Any]]] = {}
    for n, row in enumerate(amounts):
        key = director.post("/customers", {"name": f"关联筛选{n}"}).json()["id"]
        found[key] = []
        for m, amount in enumerate(row):
            body = {"name": f"单{n}-{m}", "customer": key, "expected_close_on": f"2030-0{m + 1}-15"}
            answer = director.post("/opportunities", {**body, **({"amount": amount} if amount is not None else {})})
            if answer.status_code != 201:  # negative amounts are refused: then there is simply one less
                continue
            found[key].append(answer.json())
    return found


def ask(caller: Caller, tree: Any, name: str = "customers") -> set[str]:
    answer = caller.get(f"/{name}", filter=tree, limit=200)
    assert answer.status_code == 200, answer.content.decode()
    return {row["id"] for row in answer.json()["items"]}


def holds(op: str, found: Decimal | None, value: Any) -> bool:
    """The second evaluator of one comparison."""
    if op == "is_null":
        return (found is None) is value
    if found is None:
        return op == "ne"
    if op == "between":
        return Decimal(str(value[0])) <= found <= Decimal(str(value[1]))
    bound = Decimal(str(value))
    return {
        "eq": found == bound,
        "ne": found != bound,
        "lt": found < bound,
        "lte": found <= bound,
        "gt": found > bound,
        "gte": found >= bound,
    }[op]


def figure(rows: list[dict[str, Any]], op: str) -> Decimal | None:
    values = [Decimal(r["amount"]) for r in rows if r["amount"] is not None]
    if op == "count":
        return Decimal(len(rows))
    if op == "sum":
        return sum(values, Decimal(0))
    if not values:
        return None
    return {"min": min(values), "max": max(values), "avg": sum(values, Decimal(0)) / len(values)}[op]


OPS = ("eq", "ne", "lt", "lte", "gt", "gte", "between")
VALUES = st.sampled_from([0, 1, 2, 3, 10, 20, 100000])
WHERE = st.sampled_from([None, "2030-01-31", "2030-02-28"])


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    measure=st.sampled_from(["count", "sum", "avg", "min", "max"]),
    op=st.sampled_from(OPS),
    values=st.tuples(VALUES, VALUES),
    before=WHERE,
    negate=st.booleans(),
)
def test_figures_agree_with_a_second_evaluator(
    deals: dict[str, list[dict[str, Any]]],
    call: Callable[[str], Caller],
    measure: str,
    op: str,
    values: tuple[int, int],
    before: str | None,
    negate: bool,
) -> None:
    """CUS-7: SQL and Python find the same customers, for any figure, comparison, condition and their opposite."""
    raw: Any = [values[0], values[1]] if op == "between" else values[0]
    value = [str(v) for v in raw] if op == "between" else str(raw)
    if measure == "count":
        value = raw
    where = {"field": "expected_close_on", "op": "lte", "value": before} if before else None
    asked = related(where, {"op": measure, **({} if measure == "count" else {"field": "amount"})}, op, value)
    expected = {
        key
        for key, rows in deals.items()
        if holds(op, figure([r for r in rows if not before or r["expected_close_on"] <= before], measure), raw)
        is not negate
    }
    mine = {"field": "name", "op": "starts_with", "value": "关联筛选"}
    assert ask(call("director"), {"and": [mine, {"not": asked} if negate else asked]}) == expected


def test_some_and_none_are_opposites(deals: dict[str, Any], call: Callable[[str], Caller]) -> None:
    everything = ask(call("director"), {"and": []})
    some = ask(call("director"), related())
    none = ask(call("director"), related(op="eq", value=0))
    assert some and none and not some & none and some | none == everything


def test_it_reads_as_a_sentence(world: World, call: Callable[[str], Caller]) -> None:
    """Not contacted for 30 days; the last contact within 30 days: two ways to ask, opposite answers."""
    rep = call("rep")
    link = {"object": "interactions", "field": "customer"}
    recent = {"field": "occurred_at", "op": "within_last", "value": {"days": 30}}
    silent = ask(rep, related(recent, op="eq", value=0, link=link))
    last = related(None, {"op": "max", "field": "occurred_at"}, "within_last", {"days": 30}, link)
    spoken = ask(rep, last)
    assert spoken and not silent & spoken
    old = (now() - timedelta(days=40)).isoformat()
    key = rep.post("/customers", {"name": "很久没联系"}).json()["id"]
    made = rep.post("/interactions", {"customer": key, "content": "很久以前", "occurred_at": old})
    if made.status_code == 201:
        assert key in ask(rep, related(recent, op="eq", value=0, link=link)) and key not in ask(rep, last)


@pytest.mark.parametrize("person", list(CALLERS))
def test_a_condition_counts_only_what_the_reader_sees(person: str, world: World, call: Callable[[str], Caller]) -> None:
    """decisions.md 6: for each role, "has an opportunity" holds exactly where he sees both (judged by the oracle)."""
    caller, who = call(person), CALLERS[person]
    asked = related({"field": "name", "op": "contains", "value": "金丝雀"})
    answer = caller.get("/customers", filter=asked, limit=200)
    if 403 in (list_status(who, "customers"), list_status(who, "opportunities")):
        assert answer.status_code == 403
        return
    got = {row["id"] for row in answer.json()["items"]}
    assert got == {
        str(customer.id)
        for customer in world.of("customers")
        if sees(who, customer) and sees(who, world.get("opportunities", customer.slug))
    }


@pytest.mark.parametrize(
    "node",
    [
        related(link={"object": "opportunities", "field": "owner"}),
        related(link={"object": "nothing", "field": "customer"}),
        related(link={"object": "opportunities", "field": "customer__owner"}),
        related(link={"object": "opportunities"}),
        related({"field": "owner__password", "op": "eq", "value": "x"}),
        related(related(link={"object": "interactions", "field": "opportunity"})),
        related(measure={"op": "median", "field": "amount"}),
        related(measure={"op": "sum", "field": "name"}),
        related(measure={"op": "sum"}),
        related(measure={"op": "count"}, op="contains", value="1"),
        related(op="gte", value="many"),
        related(op="between", value=[1]),
        {**related(), "more": 1},
        {"in_segment": "no key"},
        {"in_segment": "00000000-0000-0000-0000-000000000000"},
        {"and": [related()] * (MAX_RELATED + 1)},
    ],
)
def test_what_cannot_be_asked_is_refused(node: dict[str, Any], world: World, call: Callable[[str], Caller]) -> None:
    """B-6: 400, never 500, and nothing of it reaches SQL."""
    for path, body in (("/customers", None), ("/customers/aggregate", {"filter": node})):
        answer = call("director").post(path, body) if body else call("director").get(path, filter=node)
        assert answer.status_code == 400, answer.content.decode()


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 50, 300])
@pytest.mark.parametrize("word", ["and", "not", "where"])
def test_a_deep_filter_is_refused(depth: int, word: str, world: World, call: Callable[[str], Caller]) -> None:
    """A filter of depth 50 is a refusal, not a crash; also around a segment, which is put in before compiling."""
    node: dict[str, Any] = {"in_segment": "00000000-0000-0000-0000-000000000000"}
    for _ in range(depth):
        node = {"and": [node]} if word == "and" else {"not": node} if word == "not" else related(node)
    answer = call("rep").post("/customers/aggregate", {"filter": node})
    assert answer.status_code == 400, answer.content.decode()[:200]


def test_conditions_are_one_statement(deals: dict[str, Any], call: Callable[[str], Caller]) -> None:
    """L-4: a list with two related conditions is still one statement."""
    tree = {"and": [related(), related(op="gte", value=2)]}
    director = call("director")
    director.get("/customers", filter=tree)
    with CaptureQueriesContext(connection) as captured:
        assert director.get("/customers", filter=tree).status_code == 200
    assert len([q for q in captured.captured_queries if "platform_" not in q["sql"] or "customers_" in q["sql"]]) == 1


def test_a_hidden_field_takes_no_part(world: World, call: Callable[[str], Caller]) -> None:
    """A field a rule hides is no figure and no condition of related records either."""
    asked = (
        related(None, {"op": "sum", "field": "amount"}, "gte", "1"),
        related({"field": "amount", "op": "gte", "value": "1"}),
    )
    for access in ("hidden", "masked"):
        with taken_back():
            lay_rule("opportunities", "amount", access)
            assert [call("rep").get("/customers", filter=tree).status_code for tree in asked] == [400, 400]
    forget_everything()
    assert [call("rep").get("/customers", filter=tree).status_code for tree in asked] == [200, 200]


def test_the_evaluator_would_notice(deals: dict[str, Any]) -> None:
    """T-3: what is expected differs between the figures, so an operator taken for another is seen."""
    answers = {
        (m, op): frozenset(k for k, rows in deals.items() if holds(op, figure(rows, m), 10))
        for m in ("count", "sum", "max")
        for op in OPS[:-1]
    }
    assert len(set(answers.values())) > 6
