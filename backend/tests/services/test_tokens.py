"""PLT-4, S-12: API tokens with an end and limits; never more than their person; revoked by administrators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kemai.accounts import sessions
from kemai.accounts.models import ApiToken
from kemai.base.models import AuditEvent
from kemai.kit.clock import now
from kemai.platform.objects.declare import all_objects
from tests.calling import Caller
from tests.contracts.test_doors import operations
from tests.fixtures import forget_everything
from tests.world import World

Call = Callable[[str], Caller]


def program(call: Call, who: str, **limits: Any) -> Caller:
    made = call(who).post("/me/tokens", {"name": "程序", "days": 30, **limits})
    assert made.status_code == 201, made.content
    return Caller(f"program of {who}", bearer=made.json()["token"])


def test_a_reading_token_changes_nothing(world: World, call: Call) -> None:
    """Every unsafe operation of the whole API is refused; reading is as its person's."""
    reader = program(call, "rep", read_only=True)
    assert reader.ids("customers") == call("rep").ids("customers") != set()
    assert reader.post("/customers/aggregate", {"group_by": ["industry"]}).status_code == 200
    open_ = [
        f"{method} {path}"
        for method, path in operations(reader)
        if method != "GET" and not path.startswith("/auth/") and not path.endswith("/aggregate")
        if reader.send(method, path, {}).status_code != 403
    ]
    assert open_ == []


def test_a_token_for_some_kinds_sees_no_other(world: World, call: Call) -> None:
    """Neither lists nor search, messages, home, exports; references to other kinds lose their names; no right beyond its person's."""
    limited = program(call, "rep", objects=["customers"])
    rep = call("rep")
    assert limited.ids("customers") == rep.ids("customers")
    mine = world.get("customers", "mine").id
    assert limited.get(f"/customers/{mine}").json()["owner"]["label"] is None
    assert limited.post("/customers", {"name": "由程序新建", "kind": "company"}).status_code == 201
    assert limited.get(f"/customers/{world.get('customers', 'foreign').id}").status_code == 404
    names = {o.name for o in all_objects()} - {"customers"}
    for method, path in operations(limited):
        first = path.split("/")[1]
        if first in names or first in (
            "search",
            "notifications",
            "home",
            "jobs",
            "views",
            "webhooks",
            "admin",
            "files",
        ):
            assert limited.send(method, path, None if method == "GET" else {}).status_code == 403, (method, path)
    assert limited.post("/customers/bulk", {"ids": [], "action": "delete"}).status_code == 403
    assert limited.get("/me").status_code == 200 and limited.get("/meta/objects").status_code == 200
    described = limited.get("/meta/objects").json()["items"]
    assert [o["name"] for o in described] == ["customers"]
    assert sessions.actor_for_scope_headers({"authorization": limited.headers["Authorization"]}) is None, "no stream"


def test_no_token_makes_another(world: World, call: Call) -> None:
    """A leaked token must not outlive its own end."""
    for token in (program(call, "rep"), program(call, "rep", objects=["customers"])):
        refused = token.post("/me/tokens", {"name": "更长", "days": 3650})
        assert refused.status_code == 403 and refused.json()["code"] == "token_limited"
        assert token.post("/me/password", {"current": "x", "new": "y"}).status_code == 403


def test_a_token_ends(world: World, call: Call) -> None:
    token = program(call, "rep")
    assert token.get("/me").status_code == 200
    ApiToken.objects.filter(name="程序").update(expires_at=now() - timedelta(seconds=1))
    forget_everything()
    assert token.get("/me").status_code == 401
    bad = call("rep").post("/me/tokens", {"name": "", "days": 30})
    assert bad.status_code == 422
    assert call("rep").post("/me/tokens", {"name": "x", "days": 0}).status_code == 422
    assert call("rep").post("/me/tokens", {"name": "x", "objects": ["nothing"]}).status_code == 422
    assert call("guest").post("/me/tokens", {"name": "x", "objects": ["customers"]}).status_code == 422


def test_administrators_see_and_revoke(world: World, call: Call) -> None:
    """Who, what for, limits, last use; the end comes at once and stands in the audit log with its reason."""
    token = program(call, "rep", read_only=True, objects=["customers"])
    assert token.get("/customers").status_code == 200
    admin = call("admin")
    (row,) = admin.get("/admin/tokens", q="程序").json()["items"]
    assert row["user"]["label"] == "员工rep" and row["read_only"] and row["last_used_at"] and row["expires_at"]
    assert [o["name"] for o in row["objects"]] == ["customers"] and "token" not in row
    assert call("director").get("/admin/tokens").status_code == 403
    assert call("director").post(f"/admin/tokens/{row['id']}/revoke", {}).status_code == 403
    assert admin.post(f"/admin/tokens/{row['id']}/revoke", {"reason": "疑似泄露"}).status_code == 204
    assert token.get("/customers").status_code == 401
    assert admin.post(f"/admin/tokens/{row['id']}/revoke", {}).status_code == 404
    event = AuditEvent.objects.get(action="token.revoke")
    assert event.reason == "疑似泄露" and event.record_id == world.users["rep"]
    assert [t["name"] for t in admin.get("/admin/tokens", state="revoked").json()["items"]] == ["程序"]


def test_one_revokes_only_one_s_own(world: World, call: Call) -> None:
    program(call, "rep")
    key = call("rep").get("/me/tokens").json()["items"][0]["id"]
    assert call("rep2").delete(f"/me/tokens/{key}").status_code == 404
    assert call("rep").delete(f"/me/tokens/{key}").status_code == 204
    assert AuditEvent.objects.filter(action="token.revoke").count() == 1
