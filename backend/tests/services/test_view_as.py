"""PLT-16, S-5, S-6: looking as another person: everything as he sees it, nothing changed, taken out or private; told, timed, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kemai.accounts import sessions
from kemai.accounts.models import Role, RoleGrant, Session
from kemai.administration.services.people import INSTALLER
from kemai.base import parameters
from kemai.base.audit import act
from kemai.base.models import AuditEvent, ParameterValue
from kemai.config import middleware
from kemai.customers.models import Customer
from kemai.kit.clock import now
from kemai.platform.models import Notification
from tests.calling import Caller
from tests.contracts import oracle
from tests.contracts.test_doors import operations
from tests.fixtures import business_hash, forget_everything
from tests.world import World

Call = Callable[[str], Caller]
WHY = "核对权限设置"


def look(caller: Caller, world: World, person: str, reason: str = WHY) -> Any:
    return caller.post("/view-as", {"user": str(world.users[person]), "reason": reason})


def test_everything_as_that_person_sees_it(world: World, call: Call) -> None:
    admin = call("admin")
    assert look(admin, world, "rep").status_code == 200
    me = admin.get("/me").json()
    assert (me["username"], me["viewing"]["by"]["label"], me["viewing"]["reason"]) == ("rep", "员工admin", WHY)
    assert me["menu"] == call("rep").get("/me").json()["menu"]
    for name in oracle.SALES:
        assert admin.ids(name) == {str(f.id) for f in world.of(name) if oracle.sees("rep", f)}, name
    assert admin.get(f"/customers/{world.get('customers', 'foreign').id}").status_code == 404
    assert admin.post("/view-as/end").status_code == 204
    me = admin.get("/me").json()
    assert (me["username"], me["viewing"]) == ("admin", None)
    assert admin.get(f"/customers/{world.get('customers', 'foreign').id}").status_code == 200


def refused(caller: Caller) -> list[str]:
    """Unsafe requests and private readings that are not refused for what they are."""
    wrong = []
    for method, path in operations(caller):
        if (method == "GET" and not f"/api/v1{path}".startswith(middleware.PRIVATE)) or path in (
            "/view-as/end",
            "/auth/logout",
        ):
            continue
        answer = caller.send(method, path, None if method == "GET" else {})
        if answer.status_code != 403 or answer.json()["code"] != "view_as_read_only":
            wrong.append(f"{method} {path}: {answer.status_code}")
    return wrong


def test_nothing_is_changed_taken_out_or_private(world: World, call: Call) -> None:
    """Every unsafe operation of the description, exports and reveals among them, and every private reading."""
    admin = call("admin")
    look(admin, world, "rep")
    before = business_hash()
    assert refused(admin) == []
    assert business_hash() == before
    mine = world.get("customers", "mine").id
    assert admin.patch(f"/customers/{mine}", {"remark": "x"}, 1).status_code == 403
    assert Customer.objects.get(pk=mine).remark != "x"


def test_the_read_only_guard_can_fail(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3."""
    admin = call("admin")
    look(admin, world, "rep")
    monkeypatch.setattr(middleware, "confine", lambda request, actor: None)
    assert refused(admin)


def test_it_is_audited_and_told(world: World, call: Call) -> None:
    admin = call("admin")
    look(admin, world, "rep")
    event = AuditEvent.objects.filter(action="view_as.start").latest("id")
    assert (event.actor_id, event.record_id, event.reason) == (world.users["admin"], world.users["rep"], WHY)
    assert Notification.objects.filter(user_id=world.users["rep"], kind="view_as").count() == 1
    admin.post("/view-as/end")
    ended = AuditEvent.objects.filter(action="view_as.end").latest("id")
    assert (ended.actor_id, ended.record_id) == (world.users["admin"], world.users["rep"])
    ParameterValue.objects.update_or_create(code="security.view_as_tell", defaults={"value": False})
    parameters.forget_cache()
    look(admin, world, "rep")
    assert Notification.objects.filter(user_id=world.users["rep"], kind="view_as").count() == 1


def test_who_may_not(world: World, call: Call) -> None:
    """Not without the right, without a reason, as oneself, through a token, from within, nor as somebody who may more."""
    assert look(call("director"), world, "rep").status_code == 403
    admin = call("admin")
    assert look(admin, world, "rep", reason="").status_code == look(admin, world, "rep", reason="短").status_code == 422
    assert look(admin, world, "admin").json()["code"] == "view_as_beyond"
    assert call("program").post("/view-as", {"user": str(world.users["rep2"]), "reason": WHY}).status_code == 403
    look(admin, world, "rep")
    assert look(admin, world, "rep2").json()["code"] == "view_as_read_only"


def _give(role: str, permission: str, scope: str = "all") -> None:
    with act(INSTALLER, "grants", object="roles"):
        RoleGrant.objects.create(role=Role.objects.get(code=role), permission=permission, scope=scope)
    forget_everything()


def test_never_more_than_one_sees_oneself(world: World, call: Call) -> None:
    """S-5: the director may look as his representatives, not as the administrator nor as the service agent who sees other things."""
    _give("sales_director", sessions.VIEW_AS)
    director = call("director")
    assert look(director, world, "admin").json()["code"] == "view_as_beyond"
    assert look(director, world, "auditor").json()["code"] == "view_as_beyond"
    _give("sales_manager", sessions.VIEW_AS)
    assert (
        look(call("manager"), world, "rep").json()["code"] == "view_as_beyond"
    )  # shares may lie outside his departments
    assert look(director, world, "rep").status_code == 200


def test_it_ends_by_itself_and_with_the_right(world: World, call: Call) -> None:
    """S-6."""
    admin = call("admin")
    look(admin, world, "rep")
    assert admin.get("/me").json()["viewing"]
    Session.objects.filter(view_as=world.users["rep"]).update(view_as_until=now() - timedelta(seconds=1))
    sessions.forget_callers()
    assert admin.get("/me").json()["viewing"] is None
    look(admin, world, "rep")
    with act(INSTALLER, "grants", object="roles"):
        RoleGrant.objects.filter(permission=sessions.VIEW_AS).delete()
    sessions.forget_callers()
    assert admin.get("/me").json()["viewing"] is None


def test_the_stream_stays_ones_own(world: World, call: Call) -> None:
    """Notifications of the person looked as do not reach the looker."""
    admin = call("admin")
    look(admin, world, "rep")
    token = admin.client.cookies[sessions.COOKIE].value
    listener = sessions.actor_for_scope_headers({"cookie": f"{sessions.COOKIE}={token}"})
    assert listener is not None and listener.id == world.users["admin"]
