"""ORG-10: exports of persons say to what each has agreed, and are held back where the company wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kemai.base.jobs import run_job
from tests.calling import Caller
from tests.platform.sheets import stored_rows
from tests.world import World

Call = Callable[[str], Caller]
OURS = {"field": "name", "op": "contains", "value": "同意"}


@pytest.fixture
def people(world: World, call: Call) -> None:
    """Three contacts and a person: agreed, withdrawn, never asked; about to be erased."""
    director = call("director")
    customer = str(world.get("customers", "mine").id)

    def contact(name: str, **consent: Any) -> dict[str, Any]:
        made = director.post("/contacts", {"name": name, "customer": customer}).json()
        if consent:
            answer = director.post("/consents", {"contact": made["id"], "given_on": "2026-01-01", **consent})
            assert answer.status_code == 201, answer.content.decode()
        return made  # type: ignore[no-any-return]

    agreed = contact("同意甲", purpose="sharing")
    director.post("/consents", {"contact": agreed["id"], "given_on": "2026-01-01", "purpose": "marketing"})
    contact("不同意乙", purpose="sharing", withdrawn_on="2026-02-01")
    contact("未问同意丙")
    person = director.post("/customers", {"name": "同意丁", "kind": "person", "phone": "13911112222"}).json()
    subject = {"object": "customers", "id": person["id"]}
    assert (
        call("admin").post("/subject-requests", {"asked": "删除", "kind": "erasure", "subject": subject}).status_code
        == 201
    )


def export(caller: Caller, name: str, **more: Any) -> Any:
    body = {"object": name, "filter": OURS, "fields": ["name"], "sort": "created_at", **more}
    return caller.post("/exports", body)


def told(caller: Caller, name: str) -> dict[str, str]:
    job = run_job(export(caller, name).json()["id"])
    head, *rows = stored_rows(str(job.result["file"]))
    at = head.index("个人信息同意")
    return {row[0]: (row[at] if len(row) > at else "") or "" for row in rows}


def test_the_file_says_to_what_each_has_agreed(world: World, call: Call, people: None) -> None:
    assert told(call("director"), "contacts") == {
        "同意甲": "营销信息: 同意; 提供给第三方: 同意",
        "不同意乙": "提供给第三方: 已撤回",
        "未问同意丙": "没有同意记录",
    }
    assert told(call("director"), "customers") == {"同意丁": "已请求删除; 没有同意记录"}


def test_the_company_says_whether_they_go_out(world: World, call: Call, people: None) -> None:
    """Say: they go; ask: they go when confirmed; refuse: only those who agreed go. Of companies nothing is asked."""
    admin, director = call("admin"), call("director")
    for policy, status, confirmed in (("say", 202, 202), ("ask", 422, 202), ("refuse", 409, 409)):
        assert admin.put("/admin/parameters/privacy.export_without_consent", {"value": policy}).status_code == 200
        first = export(director, "contacts")
        assert (first.status_code, export(director, "contacts", confirmed=True).status_code) == (status, confirmed)
        assert status == 202 or "2 人" in first.content.decode()
        agreed = {"and": [OURS, {"field": "name", "op": "eq", "value": "同意甲"}]}
        assert export(director, "contacts", filter=agreed).status_code == 202
        company = {"field": "kind", "op": "eq", "value": "company"}
        assert export(director, "customers", filter=company).status_code == 202
