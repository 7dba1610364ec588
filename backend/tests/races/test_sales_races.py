"""C-1, SAL-1, SAL-2: two people convert one lead, claim one lead, move one deal."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from kemai.customers.models import Customer
from kemai.platform.objects import write
from kemai.platform.objects.declare import get_object
from kemai.sales.models import Lead, StageMove
from kemai.sales.services.lead_holding import release_lead
from tests.calling import caller_for
from tests.database import Outcome
from tests.fixtures import forget_everything
from tests.races.test_races import run
from tests.world import World

Race = Callable[..., list[Outcome]]


@pytest.fixture
def company(committed_world: World, race_db: Race) -> World:
    forget_everything()
    return committed_world


def lead_of(world: World, name: str) -> Any:
    return write.create_record(
        world.actor("rep"), get_object("leads"), {"name": name, "person": "竞赛人", "phone": "13512340000"}
    )


def test_two_convert_one_lead(company: World, race_db: Race) -> None:
    """One customer, one contact, one opportunity; the others are told who was faster."""
    lead = lead_of(company, "竞赛转化有限公司")
    people = [caller_for(company, who) for who in ("rep", "manager", "director", "rep")]
    answers = run(race_db, [lambda p=p: p.post(f"/leads/{lead}/convert") for p in people])
    codes = sorted(a.json().get("code", "won") for a in answers)
    assert codes == ["sales.lead_converted"] * 3 + ["won"]
    assert Customer.objects.filter(name="竞赛转化有限公司", deleted_at__isnull=True).count() == 1


def test_many_claim_one_lead(company: World, race_db: Race) -> None:
    """One gets it; nobody else is left thinking so. Who released it waits some days."""
    lead = lead_of(company, "竞赛领取有限公司")
    release_lead(company.actor("rep"), lead, reason="no_time", pool=company.pools["open"])
    people = [caller_for(company, who) for who in ("rep", "rep2", "rep3", "rep4", "manager")]
    answers = run(race_db, [lambda p=p: p.post(f"/leads/{lead}/claim") for p in people])
    assert [a.status_code for a in answers].count(200) == 1
    assert {a.json().get("code") for a in answers} <= {None, "customers.already_claimed", "customers.cooling_off"}
    row = Lead.objects.get(pk=lead)
    assert row.owner_id is not None and row.pool_id is None


def test_two_moves_of_one_deal(company: World, race_db: Race) -> None:
    """Each move begins where the one before ended: the log of stages is one chain."""
    rep = company.actor("rep")
    deal = write.create_record(
        rep,
        get_object("opportunities"),
        {
            "name": "竞赛商机",
            "customer": str(company.get("customers", "mine").id),
            "amount": "1.00",
            "expected_close_on": "2030-01-01",
        },
    )
    people = [caller_for(company, who) for who in ("rep", "manager", "director", "rep")]
    stages = ("contact", "negotiate", "contact", "negotiate")
    run(
        race_db,
        [
            lambda p=p, s=s: p.post(f"/opportunities/{deal}/move-stage", {"stage": s})
            for p, s in zip(people, stages, strict=True)
        ],
    )
    moves = list(
        StageMove.objects.filter(opportunity_id=deal).order_by("id").values_list("from_stage_id", "to_stage_id")
    )
    assert all(one[1] == two[0] for one, two in pairwise(moves)), moves
