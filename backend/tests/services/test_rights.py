"""S-5, S-6, S-7, S-8, ORG-2, ORG-7: who may give rights, how sign-in is guarded, how fast a withdrawal bites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from kemai.accounts import sessions
from kemai.accounts import sign_in as door
from kemai.accounts.models import Role, RoleGrant, Session, User, UserRole
from kemai.administration.services import people
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from tests.calling import CSRF, Caller
from tests.fixtures import forget_everything
from tests.world import PASSWORD, World

Call = Callable[[str], Caller]


def role(code: str) -> Role:
    return Role.objects.get(code=code)


def give(person: Any, *grants: tuple[str, str, list[Any]]) -> Role:
    """A role of its own with these grants, put on a person."""
    with act(INSTALLER, "create", object="roles"):
        made = Role.objects.create(name=f"临时{Role.objects.count()}", code=f"tmp{Role.objects.count()}")
        RoleGrant.objects.bulk_create(RoleGrant(role=made, permission=p, scope=s, departments=d) for p, s, d in grants)
        UserRole.objects.create(user_id=person, role=made)
    forget_everything()
    return made


def test_nobody_changes_his_own_rights(world: World, call: Call) -> None:
    """S-5: neither his roles nor a role he holds, nor himself by disabling."""
    admin, me = call("admin"), world.users["admin"]
    assert (
        admin.replace(f"/users/{me}/roles", {"roles": [str(role("administrator").id), str(role("auditor").id)]}).json()[
            "code"
        ]
        == "own_roles"
    )
    own = role("administrator")
    grants = admin.get(f"/roles/{own.id}/grants").json()
    assert (
        admin.put(f"/roles/{own.id}/grants", {"grants": grants["grants"], "field_rules": []}, grants["version"]).json()[
            "code"
        ]
        == "own_roles"
    )
    assert admin.post(f"/users/{me}/disable").json()["code"] == "own_roles"


def test_the_last_administrator_stays(world: World, call: Call) -> None:
    """S-5: another administrator may not disable or demote the last one; with two, one may go."""
    second = give(
        world.users["auditor"],
        *(("administration.role." + v, "all", []) for v in ("view", "edit")),
        ("administration.user.disable", "all", []),
        ("administration.user.view", "all", []),
    )
    auditor, admin = call("auditor"), world.users["admin"]
    assert auditor.post(f"/users/{admin}/disable").status_code == 200
    with act(INSTALLER, "enable", object="users"):
        User.objects.filter(pk=admin).update(is_active=True)
        RoleGrant.objects.filter(role=second, permission="administration.role.edit").delete()
    forget_everything()
    assert auditor.post(f"/users/{admin}/disable").json()["code"] == "last_administrator"
    assert User.objects.get(pk=admin).is_active


LADDER = [
    # what the giver holds,            what he gives,                       allowed
    (("all", []), ("all", []), True),
    (("all", []), ("department_below", []), True),
    (("own", []), ("own", []), True),
    (("own", []), ("all", []), False),
    (("own", []), ("department", []), False),
    (("own", []), ("departments", ["south"]), False),
    (("department", []), ("department_below", []), False),
    (("departments", ["south"]), ("departments", ["south"]), True),
    (("departments", ["south"]), ("departments", ["east"]), False),
    (("departments", ["east"]), ("departments", ["east_one"]), True),
    (None, ("own", []), False),
]


@pytest.mark.parametrize(("held", "given", "allowed"), LADDER)
def test_nobody_gives_more_than_he_holds(held: Any, given: Any, allowed: bool, world: World, call: Call) -> None:
    """S-5: by a role's grants and by putting a role on somebody alike."""

    def keys(slugs: list[str]) -> list[Any]:
        return [world.departments[s] for s in slugs]

    own = [
        ("administration.role.view", "all", []),
        ("administration.role.edit", "all", []),
        ("administration.user.view", "all", []),
    ]
    if held:
        own.append(("customers.customer.delete", held[0], keys(held[1])))
    give(world.users["auditor"], *own)
    target = give(world.users["guest"])
    auditor = call("auditor")
    grant = {
        "permission": "customers.customer.delete",
        "scope": given[0],
        "departments": [str(k) for k in keys(given[1])],
    }
    answer = auditor.put(f"/roles/{target.id}/grants", {"grants": [grant], "field_rules": []}, target.version)
    assert (answer.status_code, answer.json().get("code")) == ((200, None) if allowed else (403, "more_than_own")), (
        answer.content.decode()
    )
    with act(INSTALLER, "grants", object="roles"):
        RoleGrant.objects.filter(role=target).delete()
        RoleGrant.objects.create(
            role=target, permission="customers.customer.delete", scope=given[0], departments=keys(given[1])
        )
    answer = auditor.replace(f"/users/{world.users['finance']}/roles", {"roles": [str(target.id)]})
    assert answer.status_code == (200 if allowed else 403)


def test_grants_have_versions_and_sense(world: World, call: Call) -> None:
    """C-3, ORG-2."""
    admin, target = call("admin"), role("watcher")
    path = f"/roles/{target.id}/grants"
    body: dict[str, Any] = {"grants": [{"permission": "customers.customer.view", "scope": "own"}], "field_rules": []}
    assert admin.put(path, body).status_code == 428
    assert admin.put(path, body, target.version + 5).status_code == 412
    for wrong in (
        {"permission": "no.such.thing", "scope": "own"},
        {"permission": "customers.customer.view", "scope": "moon"},
        {"permission": "customers.customer.view", "scope": "departments"},
    ):
        assert admin.put(path, {**body, "grants": [wrong]}, target.version).status_code == 422, wrong
    for wrong in (
        {"object": "customers", "field": "no", "access": "hidden"},
        {"object": "customers", "field": "name", "access": "hidden"},
        {"object": "x", "field": "y", "access": "hidden"},
    ):
        assert admin.put(path, {**body, "field_rules": [wrong]}, target.version).status_code == 422, wrong
    assert admin.put(path, body, target.version).status_code == 200
    assert call("rep").put(path, body, target.version + 1).status_code == 403


def test_roles_and_members_are_put_over_what_was_read(world: World, call: Call) -> None:
    """C-1: of two administrators who look at the same person or team, the second is told instead of undoing the first."""
    admin, rep = call("admin"), world.users["rep"]
    finance, auditor = str(role("finance").id), str(role("auditor").id)
    doors = (
        (f"/users/{rep}/roles", {"roles": [finance]}, {"roles": [auditor]}),
        (
            f"/teams/{world.team}/members",
            {"members": [{"user": str(rep), "lead": True}]},
            {"members": [{"user": str(rep), "lead": False}]},
        ),
    )
    for path, first, second in doors:
        seen = admin.get(path)["ETag"]
        assert admin.put(path, first).status_code == 428, path
        saved = admin.put(path, first, seen)
        assert saved.status_code == 200 and saved["ETag"] not in ("", seen), path
        late = admin.put(path, second, seen)
        assert late.status_code == 412 and late.json()["current"] == saved.json(), path
        assert admin.get(path).json() == saved.json(), path
        assert admin.put(path, second, saved["ETag"]).status_code == 200, path
        assert admin.put(path, first, "W/" + saved["ETag"]).status_code == 412, path


def test_withdrawals_bite_at_the_next_look(world: World, call: Call) -> None:
    """S-6: a lowered role, a withdrawn share, a moved department, a revoked token, a disabled person."""
    rep, program, admin = call("rep"), call("program"), call("admin")
    lent = world.get("customers", "lent").id
    assert rep.get(f"/customers/{lent}").status_code == program.get(f"/customers/{lent}").status_code == 200
    rep3 = call("rep3")
    share = rep3.get(f"/customers/{lent}/shares").json()["items"][0]["id"]
    assert rep3.delete(f"/customers/{lent}/shares", body={"id": share}).status_code == 200
    assert rep.get(f"/customers/{lent}").status_code == 404  # no memory stands between
    manager, below = call("manager"), f"/customers/{world.get('customers', 'below').id}"
    assert manager.get(below).status_code == 200
    user = User.objects.get(pk=world.users["rep4"])
    assert (
        admin.patch(f"/users/{user.pk}", {"department": str(world.departments["south"])}, user.version).status_code
        == 200
    )
    sessions._callers.clear()  # what a process remembers for at most a second
    assert manager.get(below).status_code == 404
    assert call("southlead").get(below).status_code == 200
    assert admin.replace(f"/users/{world.users['rep']}/roles", {"roles": []}).status_code == 200
    sessions._callers.clear()
    assert rep.get("/customers").status_code == program.get("/customers").status_code == 403
    assert admin.post(f"/users/{world.users['rep']}/disable").status_code == 200
    assert rep.get("/me").status_code == program.get("/me").status_code == 401


def test_the_epoch_moves_with_every_table_of_rights(world: World) -> None:
    """S-6: without it processes would keep resolved rights."""

    def epoch() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT value FROM accounts_rightsepoch")
            return int(cursor.fetchone()[0])

    with connection.cursor() as cursor:
        for table in (
            "accounts_department",
            "accounts_user",
            "accounts_role",
            "accounts_rolegrant",
            "accounts_fieldrule",
            "accounts_userrole",
            "accounts_team",
            "accounts_teammember",
        ):
            before = epoch()
            with act(INSTALLER, "edit", object="x"):
                cursor.execute(f"UPDATE {table} SET id = id")
            assert epoch() > before, table


def sign_in(nobody: Caller, username: str, password: str) -> Any:
    return nobody.post("/auth/login", {"username": username, "password": password})


def open_session_of(username: str) -> tuple[str, Session]:
    return door.sign_in(door.Browser(), username=username, password=PASSWORD)


def test_sign_in_opens_a_new_session(world: World, call: Call) -> None:
    """S-7: the old id is dead, sign-out works on the server, sessions are listed and ended."""
    browser = call("nobody")
    first = sign_in(browser, "REP", PASSWORD)
    assert first.status_code == 200 and first.json()["username"] == "rep"
    cookie = first.cookies[sessions.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    browser.client.cookies[sessions.CSRF_COOKIE] = CSRF
    again = sign_in(browser, "rep", PASSWORD)
    assert again.cookies[sessions.COOKIE].value != cookie.value
    assert Caller("old", token=cookie.value).get("/me").status_code == 401
    browser.client.cookies[sessions.CSRF_COOKIE] = CSRF
    listed = browser.get("/me/sessions").json()["items"]
    assert [s["current"] for s in listed].count(True) == 1
    other = next(s["id"] for s in listed if not s["current"])
    assert browser.delete(f"/me/sessions/{other}").status_code == 204
    assert call("rep").get("/me").status_code == 401  # that was the world's own
    assert browser.delete(f"/me/sessions/{other}").status_code == 404
    assert browser.post("/auth/logout").status_code == 204
    assert Caller("out", token=again.cookies[sessions.COOKIE].value).get("/me").status_code == 401


def test_wrong_passwords_lock_the_door(world: World, call: Call) -> None:
    """S-8: five, then 429 with Retry-After even for the right one; elsewhere and others get in; an administrator unlocks."""
    nobody = call("nobody")
    for n in range(5):
        assert sign_in(nobody, "rep", f"wrong{n}").json()["code"] == "wrong_password"
    locked = sign_in(nobody, "Rep ", PASSWORD)
    assert locked.status_code == 429 and int(locked["Retry-After"]) > 60
    assert sign_in(call("nobody"), "rep2", PASSWORD).status_code == 200
    elsewhere = call("nobody")
    elsewhere.client.defaults["REMOTE_ADDR"] = "203.0.113.9"
    assert sign_in(elsewhere, "rep", PASSWORD).status_code == 200
    assert call("admin").post(f"/users/{world.users['rep']}/unlock").status_code == 200
    assert sign_in(nobody, "rep", PASSWORD).status_code == 200


def test_many_names_from_one_address(world: World, call: Call) -> None:
    """S-8: one password over many accounts is stopped at the address."""
    nobody = call("nobody")
    codes = [sign_in(nobody, f"name{n}", "Spring2026!").status_code for n in range(102)]
    assert codes[:100] == [401] * 100 and codes[-1] == 429


def test_names_cannot_be_guessed(world: World, call: Call) -> None:
    """S-8: an unknown name, a wrong password and a disabled person answer alike."""
    with act(INSTALLER, "disable", object="users"):
        User.objects.filter(username="rep2").update(is_active=False)
    answers = [sign_in(call("nobody"), *pair) for pair in (("nobody.here", "x"), ("rep", "x"), ("rep2", PASSWORD))]
    assert len({(a.status_code, a.content) for a in answers}) == 1 and answers[0].status_code == 401


def test_passwords_end_sessions(world: World, call: Call) -> None:
    """S-7: one's own change ends the others, a reset ends all; weak, short and wrong ones are refused."""
    rep = call("rep")
    other, _ = open_session_of("rep")
    assert rep.post("/me/password", {"current": "wrong", "new": "long-enough-9"}).status_code == 422
    for weak in ("short1", "password1234", "123456789012"):
        assert rep.post("/me/password", {"current": PASSWORD, "new": weak}).status_code == 422, weak
    assert rep.post("/me/password", {"current": PASSWORD, "new": "long-enough-9"}).status_code == 204
    assert Caller("other", token=other).get("/me").status_code == 401 and rep.get("/me").status_code == 200
    assert (
        call("admin").post(f"/users/{world.users['rep']}/reset-password", {"password": "another-one-7"}).status_code
        == 200
    )
    assert rep.get("/me").status_code == 401
    assert not Session.objects.filter(user_id=world.users["rep"]).exists()
    assert sign_in(call("nobody"), "rep", "another-one-7").json()["must_change_password"] is True


def test_sessions_run_out(world: World, call: Call) -> None:
    """S-7: by idling and by age."""
    rep = call("rep")
    for change in ("seen_at = now() - interval '3 hours'", "seen_at = now(), expires_at = now() - interval '1 second'"):
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE accounts_session SET {change} WHERE user_id = %s", [world.users["rep"]])
        forget_everything()
        assert rep.get("/me").status_code == 401, change


def test_set_up_works_once(world: World, call: Call) -> None:
    """S-14: on a company that exists the first-administrator page is dead."""
    body = {"company": "x", "username": "second", "name": "y", "password": "long-enough-9"}
    assert call("nobody").post("/auth/setup", body).status_code == 410
    assert call("nobody").get("/auth/setup").json() == {"open": False}
    assert not people.setup_open()


def test_tokens_act_as_their_person_and_end(world: World, call: Call) -> None:
    """S-12: shown once, stored as a hash, revoked at once."""
    rep = call("rep")
    made = rep.post("/me/tokens", {"name": "脚本"}).json()
    robot = Caller("robot", bearer=made["token"])
    assert robot.ids("customers") == rep.ids("customers")
    assert robot.post("/customers", {"name": "脚本建的"}).status_code == 201
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_apitoken x WHERE x::text LIKE %s", [f"%{made['token']}%"])
        assert cursor.fetchone()[0] == 0
    assert "token" not in rep.get("/me/tokens").json()["items"][0]
    assert call("rep2").delete(f"/me/tokens/{made['id']}").status_code == 404
    assert rep.delete(f"/me/tokens/{made['id']}").status_code == 204
    assert robot.get("/me").status_code == 401


def test_what_is_in_use_stays(world: World, call: Call) -> None:
    """S-5, POOL-1: deleting a role somebody holds would take rights away, the last administrator's too, past their guards."""
    admin = call("admin")
    held = {
        f"/roles/{role('administrator').id}",
        f"/roles/{role('sales_rep').id}",
        f"/departments/{world.departments['east_one']}",
        f"/departments/{world.departments['east']}",
        f"/pools/{world.pools['open']}",
        f"/pipelines/{world.pipeline}",
        f"/stages/{world.stages['explore']}",
    }
    for path in held:
        refused = admin.delete(path, admin.get(path).json()["version"])
        assert refused.status_code == 409 and refused.json()["code"] == "in_use", path
    empty = f"/roles/{role('marketing_head').id}"
    assert admin.delete(empty, admin.get(empty).json()["version"]).status_code == 204
    assert call("admin").get("/customers").status_code == 200
