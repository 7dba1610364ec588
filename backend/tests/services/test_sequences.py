"""ACT-6: the six steps after a purchase: entering, steps at their time, done by a follow-up or the task, leaving."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kemai.activities.models import Enrollment, EnrollmentStep, Sequence, SequenceStep, Task
from kemai.activities.services.ready import NAME, SIX_STEPS
from kemai.activities.services.sequences import advance_sequences, enrol_on_won, stop_on_lost
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.base.events import Delivered
from kemai.customers.services.ownership import release_customer
from kemai.sales.subscribers import begin_sequences, end_sequences
from tests.calling import Caller
from tests.delivering import hand_on
from tests.fixtures import at
from tests.world import World

Call = Callable[[str], Caller]
NOW = datetime(2030, 3, 6, 2, 0, tzinfo=UTC)


def later(days: int) -> Any:
    return at(NOW + timedelta(days=days))


@pytest.fixture(autouse=True)
def at_ten(world: World) -> Iterator[None]:
    with at(NOW):
        yield


def ready(rep: Caller) -> str:
    return str(next(s["id"] for s in rep.get("/sequences").json()["items"] if s["name"] == NAME))


@pytest.fixture
def entered(world: World, call: Call) -> dict[str, Any]:
    """A new customer of the representative's, in the six steps since today; nobody else is in any."""
    with act(INSTALLER, "test", object="enrollments"):
        Enrollment.objects.update(status="done", next_on=None)
    rep = call("rep")
    customer = rep.post("/customers", {"name": "买过的客户"}).json()["id"]
    answer = rep.post(f"/customers/{customer}/enrol", {"sequence": ready(rep)})
    assert answer.status_code == 200, answer.content.decode()
    key = Enrollment.objects.get(customer_id=customer).id
    return {"customer": customer, "enrollment": str(key), "undo": answer.json()["undo"], "path": f"/enrollments/{key}"}


def open_task(entered: dict[str, Any]) -> Task | None:
    row = EnrollmentStep.objects.filter(enrollment_id=entered["enrollment"], state="open").first()
    return row.task if row else None


def test_the_six_ready_steps(world: World, call: Call) -> None:
    """ACT-6: by visit, phone, letter, visit, phone or visit, letter; each with its guidance."""
    steps = list(SequenceStep.objects.filter(sequence__name=NAME).order_by("position"))
    assert [s.title for s in steps] == [title for title, *_ in SIX_STEPS] and len(steps) == 6
    assert [s.channels[0] for s in steps] == ["visit", "phone", "letter", "visit", "phone", "letter"]
    assert "感谢" in steps[0].title and "满意度" in steps[3].title and "介绍" in steps[4].title
    assert all(s.guidance for s in steps)


def test_the_ready_service_process(world: World, call: Call) -> None:
    """CUS-13: five steps from knowing the customer to his answer; the first is there at once, any contact does it; nobody enters unasked."""
    sequence = Sequence.objects.get(name="客户服务流程")
    assert list(sequence.steps.order_by("position").values_list("title", flat=True)) == [
        "客户信息收集",
        "客户需求分析",
        "服务策划",
        "服务实施",
        "客户反馈跟进",
    ]
    assert not sequence.on_won and all(sequence.steps.values_list("guidance", flat=True))
    rep = call("rep")
    customer = rep.post("/customers", {"name": "要服务的客户"}).json()["id"]
    assert rep.post(f"/customers/{customer}/enrol", {"sequence": str(sequence.id)}).status_code == 200
    row = EnrollmentStep.objects.get(enrollment__customer_id=customer, state="open")
    assert row.task is not None and row.task.title == "客户信息收集"
    rep.post("/interactions", {"customer": customer, "channel": "wechat", "content": "联系人都问到了"})
    row.refresh_from_db()
    assert row.state == "done"


def test_a_step_comes_at_its_time_and_once(entered: dict[str, Any], call: Call) -> None:
    rep = call("rep")
    assert advance_sequences() == 0 and open_task(entered) is None
    with later(3):
        assert advance_sequences() == 1
        assert advance_sequences() == 0  # running it again makes nothing
        task = open_task(entered)
        assert task is not None and task.title == SIX_STEPS[0][0] and task.description == SIX_STEPS[0][3]
        assert str(task.assignee_id) == rep.get("/me").json()["id"] and str(task.related_id) == entered["customer"]
        assert rep.get(entered["path"]).json()["progress"] == "0 / 6"


def test_doing_it_as_a_follow_up_ends_the_step(entered: dict[str, Any], call: Call) -> None:
    """By another channel it does not; by the step's own it does, and the next is due its days later."""
    rep = call("rep")
    with later(3):
        advance_sequences()
        task = open_task(entered)
        assert task is not None
        rep.post("/interactions", {"customer": entered["customer"], "content": "打了电话", "channel": "phone"})
        assert open_task(entered) is not None
        made = rep.post(
            "/interactions", {"customer": entered["customer"], "content": "登门", "channel": "visit"}
        ).json()
        task.refresh_from_db()
        assert task.status == "done" and open_task(entered) is None
        step = EnrollmentStep.objects.get(enrollment_id=entered["enrollment"])
        assert (step.state, step.interaction_id) == ("done", UUID(made["id"]))
        found = rep.get(entered["path"]).json()
        assert (found["progress"], found["next_on"]) == ("1 / 6", "2030-03-21")


def test_an_old_follow_up_does_no_step(entered: dict[str, Any], call: Call) -> None:
    """What is written up from weeks ago is not the doing of today's step."""
    with later(3):
        advance_sequences()
        body = {
            "customer": entered["customer"],
            "content": "旧事",
            "channel": "visit",
            "occurred_at": "2030-02-01T09:00:00Z",
        }
        assert call("rep").post("/interactions", body).status_code == 201
        assert open_task(entered) is not None


def test_through_to_the_end(entered: dict[str, Any], call: Call) -> None:
    """Six times: made, ticked off; then it is done and nothing more is made."""
    rep, day = call("rep"), 0
    for n in range(6):
        day += SIX_STEPS[n][2]
        with later(day):
            assert advance_sequences() == 1, n
            task = open_task(entered)
            assert task is not None and task.title == SIX_STEPS[n][0]
            assert rep.post(f"/tasks/{task.id}/complete").status_code == 200
    with later(day + 400):
        assert advance_sequences() == 0
    found = rep.get(entered["path"]).json()
    assert (found["status"], found["progress"]) == ("done", "6 / 6")


def test_undo_of_a_done_step(entered: dict[str, Any], call: Call) -> None:
    rep = call("rep")
    with later(3):
        advance_sequences()
        task = open_task(entered)
        assert task is not None
        token = rep.post(f"/tasks/{task.id}/complete").json()["undo"]
        assert open_task(entered) is None
        assert rep.post(f"/undo/{token}").status_code == 200
        assert open_task(entered) is not None
        assert rep.get(entered["path"]).json()["next_on"] is None


def test_pause_resume_skip_stop(entered: dict[str, Any], call: Call) -> None:
    rep, path = call("rep"), entered["path"]
    assert rep.post(f"{path}/pause").json()["status"] == "paused"
    with later(10):
        assert advance_sequences() == 0
        assert rep.post(f"{path}/resume").json()["status"] == "active"
        assert open_task(entered) is not None  # it was due meanwhile
        task = open_task(entered)
        assert rep.post(f"{path}/skip").status_code == 200
        assert task is not None and Task.objects.get(pk=task.id).deleted_at is not None
        assert rep.get(path).json()["progress"] == "1 / 6"
    with later(40):
        advance_sequences()
        task = open_task(entered)
        assert rep.post(f"{path}/stop", {}).status_code == 422  # why?
        stopped = rep.post(f"{path}/stop", {"reason": "客户换了供应商"}).json()
        assert (stopped["status"], stopped["stop_reason"]) == ("stopped", "客户换了供应商")
        assert task is not None and Task.objects.get(pk=task.id).deleted_at is not None
        assert rep.post(f"{path}/resume").status_code == 409
        assert advance_sequences() == 0


def test_an_outcome_ends_it(entered: dict[str, Any], call: Call) -> None:
    body = {"customer": entered["customer"], "content": "不再需要", "channel": "phone", "outcome": "refused"}
    call("rep").post("/interactions", body)
    found = call("rep").get(entered["path"]).json()
    assert (found["status"], found["stop_reason"]) == ("stopped", "跟进结果：拒绝")


def test_once_at_a_time_and_taken_back(entered: dict[str, Any], call: Call) -> None:
    rep = call("rep")
    again = {"sequence": ready(rep)}
    assert rep.post(f"/customers/{entered['customer']}/enrol", again).json()["code"] == "activities.already_enrolled"
    double = rep.post("/enrollments", {"customer": entered["customer"], **again})
    assert double.status_code == 409, double.content.decode()
    assert rep.post(f"/undo/{entered['undo']}").status_code == 200
    assert rep.get(entered["path"]).status_code == 404
    assert rep.post(f"/customers/{entered['customer']}/enrol", again).status_code == 200


def test_won_and_lost(world: World, call: Call) -> None:
    """ACT-6: a won deal begins it, twice is once; a lost one ends what was begun for it."""
    rep = call("rep")
    customer = rep.post("/customers", {"name": "成交的客户"}).json()["id"]
    deal = rep.post("/opportunities", {"name": "一单", "customer": customer, "amount": "10.00"}).json()["id"]
    assert rep.post(f"/opportunities/{deal}/win").status_code == 200
    won = Delivered(1, "sales.opportunity_won", "opportunities", UUID(deal), None, {"customer_id": customer})
    begin_sequences(won)
    begin_sequences(won)
    (row,) = Enrollment.objects.filter(customer_id=customer)
    assert (str(row.opportunity_id), row.status, row.sequence.name) == (deal, "active", NAME)
    assert str(row.owner_id) == rep.get("/me").json()["id"]
    stop_on_lost(customer_id=UUID(customer), opportunity_id=world.get("opportunities", "mine").id)  # another deal
    assert Enrollment.objects.get(pk=row.pk).status == "active"
    end_sequences(Delivered(2, "sales.opportunity_lost", "opportunities", UUID(deal), None, {"customer_id": customer}))
    assert Enrollment.objects.get(pk=row.pk).status == "stopped"
    assert enrol_on_won(customer_id=world.get("customers", "pooled").id, opportunity_id=UUID(deal)) == 0


@pytest.mark.parametrize("worked", [False, True])
@pytest.mark.parametrize("way", ["undo", "reopen"])
def test_a_win_taken_back(world: World, call: Call, way: str, worked: bool) -> None:
    """ACT-6: nobody is thanked for a purchase that was taken back; what was done meanwhile stays told. A later win begins anew."""
    rep = call("rep")
    customer = rep.post("/customers", {"name": "点错的客户"}).json()["id"]
    deal = rep.post("/opportunities", {"name": "一单", "customer": customer, "amount": "10.00"}).json()["id"]
    path = f"/opportunities/{deal}"
    undo = rep.post(f"{path}/win").json()["undo"]
    hand_on()
    (row,) = Enrollment.objects.filter(customer_id=customer)
    if worked:
        assert rep.post(f"/enrollments/{row.pk}/skip").status_code == 200
    assert rep.post(f"/undo/{undo}" if way == "undo" else f"{path}/reopen").status_code == 200
    hand_on()
    left = list(
        Enrollment.objects.filter(customer_id=customer, deleted_at__isnull=True).values_list("status", flat=True)
    )
    assert left == (["stopped"] if worked else [])
    assert not Task.objects.filter(title__contains="感谢", related_id=customer, status="open", deleted_at__isnull=True)
    assert rep.post(f"{path}/win").status_code == 200
    hand_on()
    assert Enrollment.objects.filter(customer_id=customer, status="active", deleted_at__isnull=True).count() == 1


def test_a_closing_taken_back_before_it_was_told(world: World, call: Call) -> None:
    """The order of the two events settles nothing: what is not won begins nothing."""
    rep = call("rep")
    customer = rep.post("/customers", {"name": "手快的客户"}).json()["id"]
    deal = rep.post("/opportunities", {"name": "一单", "customer": customer, "amount": "10.00"}).json()["id"]
    undo = rep.post(f"/opportunities/{deal}/win").json()["undo"]
    assert rep.post(f"/undo/{undo}").status_code == 200
    hand_on()
    assert not Enrollment.objects.filter(customer_id=customer, deleted_at__isnull=True).exists()


def test_a_customer_in_the_pool_leaves(entered: dict[str, Any], world: World, call: Call) -> None:
    """Nobody holds him, so nobody gets the task."""
    release_customer(world.actor("rep"), UUID(entered["customer"]), reason="no_need")
    with later(3):
        assert advance_sequences() == 0
    row = Enrollment.objects.get(pk=entered["enrollment"])
    assert (row.status, row.stop_reason) == ("stopped", "客户已退回公海")


def test_a_sequence_without_steps_or_switched_off(world: World, call: Call) -> None:
    admin, rep = call("admin"), call("rep")
    empty = admin.post("/sequences", {"name": "空序列"}).json()["id"]
    mine = str(world.get("customers", "mine").id)
    refused = rep.post("/enrollments", {"customer": mine, "sequence": empty})
    assert refused.status_code == 422 and refused.json()["errors"][0]["code"] == "no_steps"
