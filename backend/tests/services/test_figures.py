"""SAL-2, CUS-1: kept figures equal a recount, whatever was done in whichever order (Hypothesis)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.calling import Caller
from tests.fixtures import taken_back
from tests.world import World

Call = Callable[[str], Caller]

RECOUNT = """
WITH wanted AS (
    SELECT stage_id, owner_id, department_id, holder_id, holder_department_id, count(*) AS n, COALESCE(sum(round(amount * rate, 2)), 0) AS s
    FROM sales_opportunity WHERE deleted_at IS NULL GROUP BY 1, 2, 3, 4, 5
), kept AS (
    SELECT stage_id, owner_id, department_id, holder_id, holder_department_id, count AS n, total AS s FROM sales_stagefigure WHERE count <> 0 OR total <> 0
)
SELECT (SELECT count(*) FROM (TABLE wanted EXCEPT TABLE kept) a) + (SELECT count(*) FROM (TABLE kept EXCEPT TABLE wanted) b)
"""
DEALS = """
SELECT count(*) FROM customers_customer c LEFT JOIN LATERAL (
    SELECT count(*) AS n, COALESCE(sum(round(o.amount * o.rate, 2)), 0) AS s
    FROM sales_opportunity o WHERE o.customer_id = c.id AND o.status = 'won' AND o.deleted_at IS NULL
) d ON TRUE WHERE c.deleted_at IS NULL AND (c.deal_count <> d.n OR c.deal_amount <> d.s)
"""


def wrong(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def step(world: World, call: Call, verb: str, n: int) -> None:
    """One random act; whether it is refused does not matter."""
    director = call("director")
    slugs = ("mine", "colleague", "foreign", "below", "pooled")
    customer = str(world.get("customers", slugs[n % 5]).id)
    opportunity = str(world.get("opportunities", slugs[n // 5 % 5]).id)
    person = str(world.users[("rep", "rep2", "rep3", "rep4")[n % 4]])
    path = f"/opportunities/{opportunity}"

    def version(of: str) -> int:
        return int(director.get(of, deleted=True).json().get("version", 1))

    acts: dict[str, Callable[[], Any]] = {
        "create": lambda: director.post(
            "/opportunities",
            {"name": f"随机{n}", "customer": customer, "amount": n if n % 3 else None, "owner": person},
        ),
        "amount": lambda: director.patch(path, {"amount": str(n)}, version(path)),
        "customer": lambda: director.patch(path, {"customer": customer, "contact": None}, version(path)),
        "move": lambda: director.post(
            f"{path}/move-stage", {"stage": ("contact", "negotiate", "cooperate", "explore")[n % 4]}
        ),
        "win": lambda: director.post(f"{path}/win", {"amount": str(n + 1)}),
        "win and back": lambda: director.post(f"/undo/{director.post(f'{path}/win').json().get('undo', customer)}"),
        "lose": lambda: director.post(f"{path}/lose", {"reason": "price"}),
        "reopen": lambda: director.post(f"{path}/reopen"),
        "assign": lambda: director.post(f"{path}/assign", {"owner": person}),
        "delete": lambda: director.delete(path, version(path)),
        "restore": lambda: director.post(f"{path}/restore"),
        "give": lambda: director.post(f"/customers/{customer}/assign", {"owner": person}),
        "release": lambda: director.post(f"/customers/{customer}/release", {"reason": "other"}),
        "delete customer": lambda: director.delete(f"/customers/{customer}", version(f"/customers/{customer}")),
        "restore customer": lambda: director.post(f"/customers/{customer}/restore"),
        "move person": lambda: call("admin").patch(
            f"/users/{person}",
            {"department": str(world.departments[("east", "south", "east_two")[n % 3]])},
            version_of_person(call, person),
        ),
    }
    answer = acts[verb]()
    assert answer.status_code < 500, (verb, answer.content.decode())


def version_of_person(call: Call, person: str) -> int:
    return int(call("admin").get(f"/users/{person}").json()["version"])


VERBS = (
    "create", "amount", "customer", "move", "win", "win and back", "lose", "reopen", "assign", "delete", "restore",
    "give", "release", "delete customer", "restore customer", "move person",
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(steps=st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 99)), min_size=8, max_size=20))
def test_kept_figures_equal_a_recount(steps: list[tuple[str, int]], world: World, call: Call) -> None:
    """After every step: the board's figures and each customer's dealings."""
    with taken_back():
        assert wrong(RECOUNT) == wrong(DEALS) == 0
        for verb, n in steps:
            step(world, call, verb, n)
            assert (wrong(RECOUNT), wrong(DEALS)) == (0, 0), (verb, n)


def test_the_recount_would_notice(world: World) -> None:
    """T-3: a figure that is off is seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sales_stagefigure SET count = count + 1 WHERE id = (SELECT min(id) FROM sales_stagefigure WHERE count > 0)"
        )
    assert wrong(RECOUNT) > 0


@pytest.mark.parametrize("verb", VERBS)
def test_each_act_alone(verb: str, world: World, call: Call) -> None:
    """So that a failure names the act."""
    step(world, call, verb, 6)
    assert (wrong(RECOUNT), wrong(DEALS)) == (0, 0)
