"""PLT-1, PLT-2: a field made searchable finds the records of before, by a job; made unsearchable it is forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from kemai.base.jobs import run_job
from kemai.base.models import AuditChange, Job
from kemai.platform.custom import reindex
from kemai.platform.models import CustomField
from tests.fields.samples import Call, define
from tests.world import World

WORD = "欧阳牌磨床"


def change(call: Call, made: dict[str, Any], **values: Any) -> dict[str, Any]:
    answer = call("admin").send(
        "PATCH", f"/admin/fields/customers/{made['key']}", values, If_Match=f'"{made["version"]}"'
    )
    assert answer.status_code == 200, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def newest_job() -> Job:
    return Job.objects.filter(kind="field.reindex").latest("created_at")


def found(call: Call, q: str = "磨床") -> set[str]:
    return {i["name"] for i in call("rep").all("customers", q=q, fields="name")}


@pytest.fixture
def brand(world: World, call: Call) -> dict[str, Any]:
    made = define(call, "customers", {"key": "brand", "type": "text", "label_zh": "品牌"})
    for n in range(3):
        assert call("rep").post("/customers", {"name": f"第{n}家", "custom.brand": WORD}).status_code == 201
    assert call("rep").post("/customers", {"name": "无品牌"}).status_code == 201
    return made


def test_records_of_before_are_found_and_forgotten(brand: dict[str, Any], call: Call) -> None:
    assert found(call) == set()
    made = change(call, brand, searchable=True)
    assert made["search"]["state"] == "building"
    listed = call("admin").get("/admin/fields/customers").json()["items"][0]["search"]
    assert listed == {"state": "building", "done": 0, "total": 0}
    before = {i["id"]: i["version"] for i in call("rep").all("customers", fields="name")}
    changes = AuditChange.objects.count()
    job = run_job(newest_job().id)
    assert (job.state, job.total, job.done) == ("done", 3, 3)
    assert found(call) == {"第0家", "第1家", "第2家"} == found(call, "ouyang")
    assert {i["id"]: i["version"] for i in call("rep").all("customers", fields="name")} == before
    assert AuditChange.objects.count() == changes, "what a record is found by is no change of it"
    assert call("admin").get("/admin/fields/customers").json()["items"][0]["search"]["state"] == "none"
    made = change(call, made, searchable=False)
    assert run_job(newest_job().id).state == "done"
    assert found(call) == set()
    assert "第0家" in found(call, "第0家"), "only the field's own words go"


def test_a_field_taken_away_is_not_searched(brand: dict[str, Any], call: Call) -> None:
    change(call, brand, searchable=True)
    run_job(newest_job().id)
    assert call("admin").post("/admin/fields/customers/brand/deactivate").status_code == 200
    run_job(newest_job().id)
    assert found(call) == set()
    assert call("admin").post("/admin/fields/customers/brand/activate").status_code == 200
    run_job(newest_job().id)
    assert len(found(call)) == 3


def test_other_changes_touch_nothing(brand: dict[str, Any], call: Call) -> None:
    change(call, brand, label_zh="牌子", quick=True)
    assert not Job.objects.filter(kind="field.reindex").exists()


def test_in_batches_and_again_from_the_beginning(
    brand: dict[str, Any], call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies in the middle leaves nothing that a second run does not mend."""
    monkeypatch.setattr(reindex, "BATCH", 2)
    change(call, brand, searchable=True)
    whole, calls = reindex._mend, []

    def dying(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        whole(*arguments)

    monkeypatch.setattr(reindex, "_mend", dying)
    assert run_job(newest_job().id).state == "failed"
    assert CustomField.objects.get(key="brand").search_state == "failed"
    assert len(found(call)) == 2
    Job.objects.filter(pk=newest_job().pk).update(state="waiting")
    assert run_job(newest_job().id).state == "done"
    assert len(found(call)) == 3
