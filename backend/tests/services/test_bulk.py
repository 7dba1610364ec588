"""PLT-9, C-1: many records at once by jobs: each refusal keeps its reason, rights are those at run time, sets can be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kemai.accounts.models import User
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.base.jobs import JobRun, run_job
from kemai.customers.models import Customer
from kemai.platform.objects import bulk
from tests.calling import Caller
from tests.fixtures import forget_everything
from tests.world import World

Call = Callable[[str], Caller]


def start(caller: Caller, name: str, body: dict[str, Any]) -> str:
    answer = caller.post(f"/{name}/bulk", body)
    assert answer.status_code == 202, answer.content.decode()
    return str(answer.json()["id"])


def done(caller: Caller, job: str) -> dict[str, Any]:
    run_job(job)
    found: dict[str, Any] = caller.get(f"/jobs/{job}").json()
    return found


def ids(world: World, *slugs: str) -> list[str]:
    return [str(world.get("customers", s).id) for s in slugs]


def test_setting_a_field_and_taking_it_back(world: World, call: Call) -> None:
    """S-1, PLT-9: only what one may edit is changed; a later edit is named before anything is undone, and the rest goes back on demand."""
    rep = call("rep")
    job = done(
        rep,
        start(
            rep,
            "customers",
            {
                "ids": ids(world, "mine", "handed", "lent", "foreign", "pooled"),
                "action": "set",
                "params": {"remark": "批量"},
            },
        ),
    )
    assert (job["state"], job["total"], job["succeeded"], job["failed"]) == ("done", 5, 2, 3)
    assert {str(c.pk) for c in Customer.objects.filter(remark="批量")} == set(ids(world, "mine", "handed"))
    assert {f["id"] for f in job["failures"]} <= set(ids(world, "lent", "foreign", "pooled"))
    assert "foreign" not in str(job["failures"]) and all(f["message"] for f in job["failures"])
    back = rep.post(f"/undo/{job['undo']}")
    assert back.status_code == 202 and done(rep, back.json()["id"])["succeeded"] == 2
    assert not Customer.objects.filter(remark="批量").exists()
    again = done(
        rep,
        start(rep, "customers", {"ids": ids(world, "mine", "handed"), "action": "set", "params": {"remark": "再来"}}),
    )
    path = f"/customers/{ids(world, 'mine')[0]}"
    rep.patch(path, {"remark": "后改"}, rep.get(path).json()["version"])
    refused = rep.post(f"/undo/{again['undo']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "changed_since")
    assert Customer.objects.filter(remark="再来").count() == 1  # nothing was half undone
    told = refused.json()
    assert (told["kept"], told["rest"]) == (1, 1)
    assert [(c["label"], c["fields"][0]["field"], c["by"]) for c in told["changed"]] == [
        (world.get("customers", "mine").canary, "remark", "员工rep")
    ]
    rest = rep.post(f"/undo/{again['undo']}", {"rest": True})
    assert rest.status_code == 202
    finished = done(rep, rest.json()["id"])
    assert (finished["succeeded"], finished["failed"], finished["failures"][0]["code"]) == (1, 1, "changed_since")
    assert set(Customer.objects.filter(pk__in=ids(world, "mine", "handed")).values_list("remark", flat=True)) == {
        "后改",
        "备注handed",
    }


def test_deleting_restoring_and_commands(world: World, call: Call) -> None:
    """POOL-2: a command for many is the same service, and each refusal says why."""
    rep = call("rep")
    job = done(
        rep, start(rep, "customers", {"ids": ids(world, "mine", "lent", "foreign"), "action": "delete", "params": {}})
    )
    assert (job["succeeded"], job["failed"]) == (1, 2)
    codes = {f["id"]: f["code"] for f in job["failures"]}
    assert codes == {ids(world, "lent")[0]: "forbidden", ids(world, "foreign")[0]: "not_found"}
    assert next(f["label"] for f in job["failures"] if f["code"] == "not_found") == ""  # no name of what he may not see
    job = done(rep, start(rep, "customers", {"ids": ids(world, "mine", "binned"), "action": "restore"}))
    assert job["succeeded"] == 2
    job = done(rep, start(rep, "customers", {"ids": ids(world, "pooled", "mine", "closed"), "action": "claim"}))
    assert (job["succeeded"], {f["code"] for f in job["failures"]}) == (1, {"customers.already_yours", "not_found"})


def test_by_filter_means_what_the_list_shows(world: World, call: Call) -> None:
    """S-1: the keys are fixed when the job is started, through the person's scope."""
    rep = call("rep")
    tree = {"field": "owner", "op": "eq", "value": "me"}
    listed = rep.ids("customers", filter=tree)
    job = start(rep, "customers", {"filter": tree, "action": "set", "params": {"source": "visit"}})
    assert rep.post("/customers", {"name": "后来的"}).status_code == 201
    assert done(rep, job)["succeeded"] == len(listed)
    assert {str(c.pk) for c in Customer.objects.filter(source="visit")} == listed


def test_refused_before_it_starts(world: World, call: Call) -> None:
    """ORG-2, S-5."""
    rep, mine = call("rep"), ids(world, "mine")
    for body, status in (
        ({"ids": [], "action": "delete"}, 422),
        ({"ids": ["x"], "action": "delete"}, 422),
        ({"ids": mine, "action": "nonsense"}, 422),
        ({"ids": mine, "action": "share"}, 422),
        ({"ids": mine, "action": "set", "params": {}}, 422),
        ({"ids": mine, "action": "set", "params": {"number": "1"}}, 422),
        ({"ids": mine, "action": "set", "params": {"industry": "nonsense"}}, 422),
        ({"ids": mine, "action": "assign", "params": {"owner": str(world.users["rep2"])}}, 403),
        ({"ids": mine, "action": "release", "params": {}}, 422),
        ({"ids": mine, "action": 5}, 400),
    ):
        assert rep.post("/customers/bulk", body).status_code == status, body
    assert call("finance").post("/customers/bulk", {"ids": mine, "action": "delete"}).status_code == 403


def test_rights_are_those_at_run_time(world: World, call: Call) -> None:
    """S-6: a job waiting when its person was disabled or lost his role does nothing."""
    rep = call("rep")
    first = start(rep, "customers", {"ids": ids(world, "mine"), "action": "delete"})
    second = start(rep, "customers", {"ids": ids(world, "mine"), "action": "delete"})
    call("admin").replace(f"/users/{world.users['rep']}/roles", {"roles": []})
    assert run_job(first).succeeded == 0
    with act(INSTALLER, "disable", object="users"):
        User.objects.filter(pk=world.users["rep"]).update(is_active=False)
    assert run_job(second).state == "failed"
    assert Customer.objects.get(pk=ids(world, "mine")[0]).deleted_at is None


def test_rights_withdrawn_during_a_job_end_it(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """S-6: what the job did before stays; after its person is switched off nothing more is done."""
    monkeypatch.setattr(bulk, "BATCH", 1)
    job = start(call("director"), "customers", {"ids": ids(world, "mine", "colleague"), "action": "delete"})
    real = JobRun.step

    def switched_off(run: JobRun, **counts: int) -> None:
        real(run, **counts)
        with act(INSTALLER, "disable", object="users"):
            User.objects.filter(pk=world.users["director"]).update(is_active=False)

    monkeypatch.setattr(JobRun, "step", switched_off)
    assert run_job(job).state == "failed"
    assert Customer.objects.filter(pk__in=ids(world, "mine", "colleague"), deleted_at__isnull=True).count() == 1


def test_jobs_are_their_persons(world: World, call: Call) -> None:
    """S-1: another's job is absent; a waiting one can be stopped and then does nothing."""
    rep = call("rep")
    job = start(rep, "customers", {"ids": ids(world, "mine"), "action": "delete"})
    assert call("rep2").get(f"/jobs/{job}").status_code == call("rep2").post(f"/jobs/{job}/cancel").status_code == 404
    assert rep.post(f"/jobs/{job}/cancel").json()["state"] == "cancelled"
    assert done(rep, job)["state"] == "cancelled"
    assert Customer.objects.get(pk=ids(world, "mine")[0]).deleted_at is None
    forget_everything()
