"""PLT-9, ORG-8 under race, on real connections: one undo wins, and the daily quota is exact at its edge."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest

from kemai.accounts.models import FieldRule, Role, RoleGrant
from kemai.administration.services.people import INSTALLER
from kemai.base import parameters, rates
from kemai.base.audit import act
from kemai.base.jobs import run_job
from kemai.base.models import AuditEvent, Job, Operation, ParameterValue
from kemai.customers.models import Customer, OwnershipChange
from tests.calling import caller_for
from tests.fixtures import forget_everything
from tests.races.test_races import Race, company, run
from tests.world import World

__all__ = ["company"]


def test_two_undos_of_one_claim(company: World, race_db: Race) -> None:
    """One takes it back, the others are told that it was done; the log has one line."""
    key = company.get("customers", "pooled").id
    rep2 = caller_for(company, "rep2")
    token = rep2.post(f"/customers/{key}/claim").json()["undo"]
    answers = run(race_db, [lambda: caller_for(company, "rep2").post(f"/undo/{token}") for _ in range(8)])
    assert Counter(a.status_code for a in answers) == {200: 1, 410: 7}
    assert OwnershipChange.objects.filter(record_id=key, kind="undo").count() == 1
    assert Customer.objects.get(pk=key).owner_id is None


def test_two_undos_of_bulk_work(company: World, race_db: Race) -> None:
    """One job; a second click meets it under way."""
    rep, key = caller_for(company, "rep"), str(company.get("customers", "mine").id)
    job = rep.post("/customers/bulk", {"ids": [key], "action": "set", "params": {"remark": "批量"}}).json()["id"]
    run_job(job)
    answers = run(race_db, [lambda: caller_for(company, "rep").post(f"/undo/{job}") for _ in range(8)])
    assert Counter(a.status_code for a in answers) == {202: 1, 409: 7}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"undo_running"}
    assert Job.objects.filter(kind="undo").count() == 1
    run_job(next(a.json()["id"] for a in answers if a.status_code == 202))
    assert Operation.objects.get(pk=job).state == "undone"


def _quota(company: World, limit: int) -> Callable[[], int]:
    with act(INSTALLER, "grants", object="roles"):
        role = Role.objects.get(code="sales_rep")
        FieldRule.objects.create(role=role, object="customers", field="phone", access="masked")
        RoleGrant.objects.create(role=role, permission="customers.customer.reveal", scope="own")
    ParameterValue.objects.update_or_create(code="reveal.per_day", defaults={"value": limit})
    parameters.forget_cache()
    forget_everything()
    path = f"/customers/{company.get('customers', 'mine').id}/reveal"
    body = {"field": "phone", "reason": "核对电话号码"}
    return lambda: caller_for(company, "rep").post(path, body).status_code


def test_the_quota_at_its_edge(company: World, race_db: Race) -> None:
    """Twelve at once with seven left: seven are shown, and as many are in the audit."""
    ask = _quota(company, 7)
    assert Counter(run(race_db, [ask] * 12)) == {200: 7, 429: 5}
    assert AuditEvent.objects.filter(action="reveal").count() == 7


def test_a_quota_counted_in_two_steps_is_passed(company: World, race_db: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3: look first, count after; so the test above can fail."""
    counted: list[int] = []
    together = threading.Barrier(12)

    def naive(key: str, *, limit: int, seconds: int) -> int:
        if len(counted) >= limit:
            raise rates.RateLimited(1)
        together.wait(timeout=30)
        counted.append(1)
        return len(counted)

    monkeypatch.setattr(rates, "take", naive)
    ask = _quota(company, 7)
    assert Counter(run(race_db, [ask] * 12)) == {200: 12}


def test_two_approvers_at_once(company: World, race_db: Race) -> None:
    """C-6: one decision stands, approve against refuse; the job is queued once or ended once."""
    ParameterValue.objects.update_or_create(code="export.approve_above", defaults={"value": 1})
    parameters.forget_cache()
    forget_everything()
    job = caller_for(company, "rep").post("/exports", {"object": "customers", "fields": ["name"]}).json()
    path, people = f"/exports/{job['result']['export']}", ("manager", "director", "admin")
    answers = run(
        race_db,
        [
            lambda p=p, v=v: caller_for(company, p).post(f"{path}/{v}", {"reason": "决定"})
            for p in people
            for v in ("approve", "refuse")
        ],
    )
    assert Counter(a.status_code for a in answers) == {200: 1, 409: 5}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"export.already_decided"}
    state = next(a.json()["state"] for a in answers if a.status_code == 200)
    assert Job.objects.get(pk=job["id"]).state == {"approved": "waiting", "refused": "failed"}[state]
    assert AuditEvent.objects.filter(action__in=("export.approve", "export.refuse")).count() == 1
