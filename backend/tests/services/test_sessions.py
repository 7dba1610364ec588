"""ORG-7, S-7: passwords by profile, links that work once, and what becomes of sessions when passwords and rights change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from kemai.accounts import sessions
from kemai.accounts.models import FormerPassword, Role, Session, User, UserRole
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.base.models import AuditEvent
from kemai.kit.clock import now
from tests.calling import Caller
from tests.contracts.test_doors import operations
from tests.fixtures import forget_everything
from tests.services.test_sign_in import csrf, enters, later, set_parameter
from tests.world import PASSWORD, World

Call = Callable[[str], Caller]
NEW = "harbour-copper-{}"


def browser_of(call: Call, username: str, password: str = PASSWORD) -> Caller:
    """Signed in as people do, with a session that has the mark of its rights."""
    browser = call("nobody")
    assert enters(browser, username, password).status_code == 200
    return browser


def session_of(browser: Caller) -> str:
    return str(browser.client.cookies[sessions.COOKIE].value)


def posts(browser: Caller, path: str, body: Any) -> Any:
    return browser.post(path, body, X_CSRFToken=csrf(browser))


# ---------------------------------------------------------------- passwords


def test_the_profile_says_what_a_password_is(world: World, call: Call) -> None:
    rep = call("rep")
    assert "12" in call("nobody").get("/auth/password-rules").json()["text"]
    for profile, right, wrong in (("modern", "harbour-copper", "Hafen-77"), ("dengbao", "Hafen-77", "harbour-copper")):
        set_parameter("security.password_profile", profile)
        refused = rep.post("/me/password", {"current": PASSWORD, "new": wrong})
        assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "password"
        key = world.users["rep2"]
        assert call("admin").post(f"/users/{key}/reset-password", {"password": wrong}).status_code == 422
        assert call("admin").post(f"/users/{key}/reset-password", {"password": right}).status_code == 200


def test_none_of_the_last_five_comes_back(world: World, call: Call) -> None:
    """ORG-7: 等保; the one he has included. The modern profile does not ask."""
    set_parameter("security.password_profile", "dengbao")
    rep, current = call("rep"), PASSWORD
    for n in range(6):
        new = NEW.format(n)
        assert rep.post("/me/password", {"current": current, "new": new}).status_code == 204
        current = new
    assert FormerPassword.objects.filter(user_id=world.users["rep"]).count() == 5
    for n in (5, 4, 1):
        again = rep.post("/me/password", {"current": current, "new": NEW.format(n)})
        assert again.json()["errors"][0]["code"] == "used_before", n
    assert rep.post("/me/password", {"current": current, "new": NEW.format(0)}).status_code == 204


def test_a_password_ages_in_one_profile(world: World, call: Call) -> None:
    """ORG-7: 等保: after ninety days nothing before a new one; programs go on."""
    with later(days=91):
        Session.objects.update(seen_at=now(), expires_at=now() + timedelta(hours=1))
        assert call("rep").get("/me").json()["owes"] == []
        set_parameter("security.password_profile", "dengbao")
        assert call("rep").get("/customers").json()["code"] == "password_change_needed"
        assert call("program").get("/customers").status_code == 200
        assert call("rep").post("/me/password", {"current": PASSWORD, "new": NEW.format(9)}).status_code == 204
        assert call("rep").get("/me").status_code == 401, "its id is another now"


def test_idle_sessions_end_sooner_in_one_profile(world: World, call: Call) -> None:
    """S-7: 30 minutes; 10 by 等保, the event stream too; 12 hours at most."""
    rep = browser_of(call, "rep")
    hashed = [sessions.hash_token(session_of(rep))]
    with later(minutes=11):
        assert sessions.live_credentials(hashed)
        set_parameter("security.password_profile", "dengbao")
        assert rep.get("/me").status_code == 401 and not sessions.live_credentials(hashed)
        set_parameter("security.password_profile", "modern")
    with later(minutes=31):
        assert rep.get("/me").status_code == 401
    for hours in range(12):
        with later(hours=hours, minutes=20):
            Session.objects.filter(token_hash=hashed[0]).update(seen_at=now())
            assert rep.get("/me").status_code == 200
    with later(hours=12, seconds=1):
        Session.objects.filter(token_hash=hashed[0]).update(seen_at=now())
        assert rep.get("/me").status_code == 401
        sessions.tidy()
        assert not Session.objects.filter(token_hash=hashed[0]).exists()


def test_what_a_page_asks_of_itself_keeps_nobody_signed_in(world: World, call: Call) -> None:
    """S-7: polls and the event stream are answered, and the session idles out all the same; one touch keeps it."""
    rep = browser_of(call, "rep")
    hashed = sessions.hash_token(session_of(rep))

    def seen() -> Any:
        return Session.objects.get(token_hash=hashed).seen_at

    before = seen()
    with later(minutes=20):
        assert rep.send("GET", "/me", X_Kemai_Unattended="1").status_code == 200
        assert sessions.actor_for_scope_headers({"cookie": f"{sessions.COOKIE}={session_of(rep)}"}) is not None
        assert seen() == before
        assert rep.get("/me").status_code == 200 and seen() > before, "at once, whatever was asked a moment ago"
    with later(minutes=51):
        assert rep.send("GET", "/me", X_Kemai_Unattended="1").status_code == 401


# ---------------------------------------------------------------- sessions


def test_other_rights_are_another_session(world: World, call: Call) -> None:
    """S-7: the id changes with the rights, of itself, whoever changed them; what was on its way still arrives, then the old id is dead."""
    rep = browser_of(call, "rep")
    before = session_of(rep)
    assert rep.get("/me").status_code == 200 and session_of(rep) == before
    with act(INSTALLER, "roles", object="users"):
        UserRole.objects.create(user_id=world.users["rep"], role=Role.objects.get(code="finance"))
    forget_everything()
    assert rep.get("/me").status_code == 200
    after = session_of(rep)
    assert after != before
    assert rep.get("/me").status_code == 200 and session_of(rep) == after, "once"
    old = Caller("old", token=before)
    assert old.get("/me").status_code == 200 and session_of(old) == before, "on its way"
    with later(seconds=11):
        assert Caller("old", token=before).get("/me").status_code == 401
        assert rep.get("/me").status_code == 200


def test_another_password_is_another_session(world: World, call: Call) -> None:
    """S-7: at once."""
    rep = browser_of(call, "rep")
    before = session_of(rep)
    assert posts(rep, "/me/password", {"current": PASSWORD, "new": NEW}).status_code == 204
    assert session_of(rep) != before and rep.get("/me").status_code == 200
    assert Caller("old", token=before).get("/me").status_code == 401


def test_all_other_devices_are_signed_out(world: World, call: Call) -> None:
    one, other = browser_of(call, "rep"), browser_of(call, "rep")
    ended = one.send("DELETE", "/me/sessions", None, X_CSRFToken=csrf(one))
    assert ended.json()["ended"] >= 2 and other.get("/me").status_code == 401 and one.get("/me").status_code == 200
    assert AuditEvent.objects.filter(action="session.end", actor_id=world.users["rep"]).count() == 1


# ---------------------------------------------------------------- links


def link_for(call: Call, world: World, username: str = "rep", who: str = "admin") -> str:
    made = call(who).post(f"/users/{world.users[username]}/password-link")
    assert made.status_code == 200, made.content
    assert "/set-password#" in made.json()["url"], "behind the #, so that no server logs it"
    return str(made.json()["url"].partition("#")[2])


def test_a_link_works_once(world: World, call: Call) -> None:
    """S-7: it sets the password, ends all sessions, signs nobody in; the second time, and any other then, is over."""
    token, second = link_for(call, world), link_for(call, world)
    nobody = call("nobody")
    assert nobody.post("/auth/password-link", {"token": token}).json() == {"username": "rep", "name": "员工rep"}
    assert nobody.post("/auth/password", {"token": token, "password": "short"}).status_code == 422
    chosen = nobody.post("/auth/password", {"token": token, "password": NEW})
    assert chosen.status_code == 204 and sessions.COOKIE not in chosen.cookies
    assert call("rep").get("/me").status_code == 401
    for used in (token, second):
        assert nobody.post("/auth/password", {"token": used, "password": "meadow-lantern"}).json()["code"] == (
            "password_link_over"
        )
    assert enters(call("nobody"), "rep", NEW).json()["owes"] == []
    log = str(list(AuditEvent.objects.values_list("data", "reason")))
    assert token not in log and NEW not in log
    assert {"password-link", "password.chosen"} <= set(AuditEvent.objects.values_list("action", flat=True))


@pytest.mark.parametrize("change", ["later", "disabled", "other person", "later date", "cut", "own change"])
def test_a_link_is_over(world: World, call: Call, change: str) -> None:
    """S-7: after 24 hours, for somebody disabled, forged, or when the password changed meanwhile."""
    token = link_for(call, world)
    key, until, signature = token.split(".")
    with later(hours=25 if change == "later" else 0):
        if change == "disabled":
            with act(INSTALLER, "disable", object="users"):
                User.objects.filter(pk=world.users["rep"]).update(is_active=False)
        elif change == "other person":
            token = f"{world.users['admin'].hex}.{until}.{signature}"
        elif change == "later date":
            token = f"{key}.{int(until) + 86400}.{signature}"
        elif change == "cut":
            token = token[:-1]
        elif change == "own change":
            assert call("rep").post("/me/password", {"current": PASSWORD, "new": NEW}).status_code == 204
        assert call("nobody").post("/auth/password-link", {"token": token}).status_code == 410


def test_a_link_outlives_a_new_key(world: World, call: Call) -> None:
    """S-13: rotation with fallbacks."""
    token = link_for(call, world)
    with override_settings(SECRET_KEY="k" * 50, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert call("nobody").post("/auth/password-link", {"token": token}).status_code == 200
    with override_settings(SECRET_KEY="k" * 50, SECRET_KEY_FALLBACKS=[]):
        assert call("nobody").post("/auth/password-link", {"token": token}).status_code == 410


def test_who_makes_links(world: World, call: Call) -> None:
    """S-5: whoever edits people, and for nobody who may do more; the answer is not kept to be replayed."""
    assert call("rep").post(f"/users/{world.users['rep2']}/password-link").status_code == 403
    admin = call("admin")
    key = {"Idempotency_Key": "the-same-link"}
    path = f"/users/{world.users['rep']}/password-link"
    answers = [admin.post(path, {}, **key) for _ in range(2)]
    assert all(answer.status_code == 200 and "Idempotent-Replay" not in answer for answer in answers)


def test_a_temporary_password_opens_nothing_else(world: World, call: Call) -> None:
    """S-7: neither tokens nor descriptions, whatever begins with the same letters as /me."""
    assert call("admin").post(f"/users/{world.users['rep']}/reset-password", {"password": NEW}).status_code == 200
    rep = browser_of(call, "rep", NEW)
    for method, path in operations(call("nobody")):
        if path.startswith("/me") and path not in ("/me", "/me/password"):
            asked = rep.send(method, path, None if method == "GET" else {}, X_CSRFToken=csrf(rep))
            assert asked.status_code == 403, (method, path)
