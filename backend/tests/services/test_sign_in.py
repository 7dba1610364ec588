"""ORG-7, S-7, S-8: the second factor cannot be passed by, and wrong tries lock out whom they should."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kemai.accounts import sessions, sign_in, tries
from kemai.accounts.models import KnownDevice, RecoveryCode, Session, Totp, User
from kemai.accounts.rules.totp import code_at, step_at
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.base.models import AuditEvent, ParameterValue
from kemai.base.sealing import unseal
from kemai.kit import clock
from kemai.kit.clock import now
from kemai.platform.models import Notification
from tests.calling import CSRF, Caller
from tests.contracts.test_doors import OPEN, operations
from tests.fixtures import forget_everything
from tests.world import PASSWORD, World

Call = Callable[[str], Caller]
DEVICE = "kemai_device"


def enters(browser: Caller, username: str, password: str = PASSWORD, *, address: str = "") -> Any:
    """Sign in as a browser does, from an address where one is given."""
    browser.client.cookies[sessions.CSRF_COOKIE] = CSRF
    if address:
        browser.client.defaults["REMOTE_ADDR"] = address
    return browser.post("/auth/login", {"username": username, "password": password})


def gives(browser: Caller, code: str) -> Any:
    browser.client.cookies[sessions.CSRF_COOKIE] = CSRF
    return browser.post("/auth/factor", {"code": code})


@contextmanager
def later(**time: float) -> Iterator[datetime]:
    """A moment after the one that is, for codes and locks alike."""
    with clock.standing_at(now() + timedelta(**time)):
        forget_everything()
        yield now()
    forget_everything()


class Phone:
    """An authenticator program."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def shows(self) -> str:
        return code_at(self.secret, step_at(now().timestamp()))


def sets_up(person: Caller) -> tuple[Phone, list[str]]:
    offered = person.post("/me/factors/totp", {"password": PASSWORD}).json()
    phone = Phone(offered["secret"])
    kept = person.post("/me/factors/totp/confirm", {"offer": offered["offer"], "code": phone.shows()})
    assert kept.status_code == 200, kept.content
    return phone, kept.json()["new_recovery_codes"]


def set_parameter(code: str, value: Any) -> None:
    ParameterValue.objects.update_or_create(code=code, defaults={"value": value})
    forget_everything()


# ---------------------------------------------------------------- the second factor


def test_a_second_factor_is_asked_for_and_opens_the_door(world: World, call: Call) -> None:
    """ORG-7: after the password the code; the session is a new one; the log says by what."""
    phone, codes = sets_up(call("rep"))
    assert len(set(codes)) == 10
    browser = call("nobody")
    first = enters(browser, "rep")
    assert first.status_code == 200 and first.json() == {"awaits": "factor", "ways": ["totp", "recovery"]}
    waiting = first.cookies[sessions.COOKIE].value
    assert gives(browser, "000000").json()["code"] == "wrong_code"
    with later(seconds=60):
        passed = gives(browser, f"{phone.shows()[:3]} {phone.shows()[3:]}")
        assert passed.status_code == 200 and passed.json()["username"] == "rep" and passed.json()["owes"] == []
        assert passed.cookies[sessions.COOKIE].value != waiting
        assert browser.get("/customers").status_code == 200
        assert gives(Caller("old", token=waiting), phone.shows()).json()["code"] == "factor_over"
    by = list(AuditEvent.objects.filter(action__startswith="sign_in").order_by("id").values_list("action", "data__by"))
    assert by == [("sign_in.code_refused", None), ("sign_in", "totp")]


def test_without_its_factor_a_session_is_nobody(world: World, call: Call) -> None:
    """ORG-7, S-7: every operation of the whole API, and the stream. With the mark taken off the row the same requests pass, so the
    check can fail."""
    sets_up(call("rep"))
    browser = call("nobody")
    token = enters(browser, "rep").cookies[sessions.COOKIE].value
    browser.client.cookies[sessions.CSRF_COOKIE] = CSRF
    asked = [(m, p) for m, p in operations(call("nobody")) if not p.startswith("/auth/") and (m, p) not in OPEN]
    assert len(asked) > 150
    reached = [f"{m} {p}" for m, p in asked if browser.send(m, p, None if m == "GET" else {}).status_code != 401]
    assert reached == []
    assert sessions.actor_for_scope_headers({"cookie": f"{sessions.COOKIE}={token}"}) is None
    assert sessions.live_credentials([sessions.hash_token(token)]) == set()
    Session.objects.filter(token_hash=sessions.hash_token(token)).update(awaits_factor=False)
    assert browser.get("/customers").status_code == 200


def test_a_code_counts_once(world: World, call: Call) -> None:
    """ORG-7: neither the code it was set up with, nor one used to sign in, nor an older one."""
    phone, _ = sets_up(call("rep"))
    seen = phone.shows()
    assert enters(one := call("nobody"), "rep").status_code == 200
    assert gives(one, seen).status_code == 401
    with later(seconds=90):
        code = phone.shows()
        assert enters(two := call("nobody"), "rep").status_code == 200
        assert gives(two, code).status_code == 200
        assert enters(three := call("nobody"), "rep").status_code == 200
        assert gives(three, code).status_code == 401


def test_recovery_codes_work_once_each(world: World, call: Call) -> None:
    """ORG-7: as written, in capitals, with or without dashes; nobody else's; renewed ones make the old ones worthless."""
    _, codes = sets_up(call("rep"))
    with later(minutes=20):
        browser = call("nobody")
        assert enters(browser, "rep").status_code == 200
        assert gives(browser, codes[0].upper().replace("-", " ")).status_code == 200
        renewed = browser.post("/me/factors/recovery-codes", {"password": PASSWORD}, X_CSRFToken=csrf(browser)).json()
        assert renewed["recovery_codes"] == 10 and not set(renewed["new_recovery_codes"]) & set(codes)
        for used in (codes[0], codes[1]):
            enters(again := call("nobody"), "rep")
            assert gives(again, used).status_code == 401
        stored = " ".join(RecoveryCode.objects.values_list("code_hash", flat=True))
        assert not [c for c in renewed["new_recovery_codes"] if c.replace("-", "") in stored]


def csrf(browser: Caller) -> str:
    return browser.client.cookies[sessions.CSRF_COOKIE].value


def test_setting_up_needs_the_password_and_a_code(world: World, call: Call) -> None:
    """ORG-7: a screen left open does not give the door away; the secret is stored sealed, and nowhere told again."""
    rep = call("rep")
    other, _ = sign_in.sign_in(sign_in.Browser(), username="rep", password=PASSWORD)
    assert rep.post("/me/factors/totp", {"password": "wrong"}).json()["errors"][0]["field"] == "password"
    offered = rep.post("/me/factors/totp", {"password": PASSWORD}).json()
    assert offered["qr"].startswith("data:image/svg+xml") and offered["secret"] in offered["uri"]
    phone, confirm = Phone(offered["secret"]), "/me/factors/totp/confirm"
    assert rep.post(confirm, {"offer": offered["offer"], "code": "000000"}).status_code == 422
    assert not Totp.objects.exists()
    for whose, offer in (("rep2", offered["offer"]), ("rep", offered["offer"][:-4]), ("rep", "")):
        refused = call(whose).post(confirm, {"offer": offer, "code": phone.shows()})
        assert refused.status_code == 409 and refused.json()["code"] == "factor_offer_over"
    with later(minutes=16):
        assert rep.post(confirm, {"offer": offered["offer"], "code": phone.shows()}).status_code == 409
    assert rep.post(confirm, {"offer": offered["offer"], "code": phone.shows()}).status_code == 200
    row = Totp.objects.get()
    assert phone.secret not in row.secret and unseal(row.secret) == phone.secret
    assert Caller("other", token=other).get("/me").status_code == 401, "signed in with a password alone"
    state = rep.get("/me/factors")
    assert state.json()["totp"]["since"] and phone.secret not in state.content.decode()
    log = str(list(AuditEvent.objects.values_list("data", flat=True)))
    assert phone.secret not in log
    assert rep.post("/me/factors/totp/remove", {"password": "wrong"}).status_code == 422
    assert rep.post("/me/factors/totp/remove", {"password": PASSWORD}).json()["totp"] is None
    assert enters(call("nobody"), "rep").json()["username"] == "rep"


def test_a_compulsory_factor_comes_before_everything(world: World, call: Call) -> None:
    """ORG-7: who needs one and has none reaches only its setting up, on every route; administrators, or everybody."""
    set_parameter("security.second_factor", "administrators")
    admin, rep = call("admin"), call("rep")
    assert rep.get("/customers").status_code == 200 and admin.get("/me").json()["owes"] == ["factor"]
    open_ = [
        f"{method} {path}"
        for method, path in operations(call("nobody"))
        if not path.startswith(("/auth/", "/me/factors")) and path != "/me"
        if admin.send(method, path, None if method == "GET" else {}).json().get("code") != "factor_needed"
    ]
    assert [one for one in open_ if tuple(one.split(" ", 1)) not in OPEN] == []
    sets_up(admin)
    assert admin.get("/me").json()["owes"] == [] and admin.get("/customers").status_code == 200
    set_parameter("security.second_factor", "everybody")
    assert rep.get("/customers").json()["code"] == "factor_needed"
    assert call("program").get("/customers").status_code == 200, "a program has no telephone"


def test_an_administrator_takes_a_lost_factor_away(world: World, call: Call) -> None:
    """ORG-7, S-5: sessions end, the person is told, the log says who; nobody for himself or for somebody who may do more."""
    sets_up(call("rep"))
    key = world.users["rep"]
    assert call("rep2").post(f"/users/{key}/reset-factor").status_code == 403
    assert call("admin").post(f"/users/{world.users['admin']}/reset-factor").json()["code"] == "own_roles"
    assert call("admin").post(f"/users/{key}/reset-factor").status_code == 200
    assert call("rep").get("/me").status_code == 401
    assert enters(call("nobody"), "rep").json()["username"] == "rep"
    event = AuditEvent.objects.get(action="reset-factor")
    assert event.record_id == key and event.actor_name == "员工admin"
    assert Notification.objects.filter(user_id=key, kind="account").count() == 1


def test_codes_cannot_be_guessed(world: World, call: Call) -> None:
    """ORG-7, S-8: they count with the passwords, also when the password is given anew in between."""
    phone, _ = sets_up(call("rep"))
    with later(minutes=5):
        browser = call("nobody")
        seen = []
        for n in range(12):
            if enters(browser, "rep").status_code == 200:
                seen.append(gives(browser, f"{n:06d}").status_code)
        assert seen.count(401) == 5
        assert enters(browser, "rep").status_code == 429
        assert phone.shows()


# ---------------------------------------------------------------- who is locked out


def guesses(browser: Caller, username: str, count: int, address: str = "") -> list[int]:
    return [enters(browser, username, f"wrong{n}", address=address).status_code for n in range(count)]


def test_a_lock_lasts_from_the_last_try(world: World, call: Call) -> None:
    """S-8: five, then a quarter of an hour, whatever was tried meanwhile."""
    browser = call("nobody")
    assert guesses(browser, "rep", 4) == [401] * 4
    with later(minutes=14):
        assert guesses(browser, "rep", 2) == [401, 429]
        with later(minutes=14):
            assert enters(browser, "rep").status_code == 429
        with later(minutes=15, seconds=1):
            assert enters(browser, "rep").status_code == 200


def test_many_addresses_get_ten_guesses_an_hour(world: World, call: Call) -> None:
    """S-8: of one account, whatever the clock; the person himself still gets in by the browser he is known in."""
    mine = call("nobody")
    assert enters(mine, "rep", address="198.51.100.7").status_code == 200
    device = mine.client.cookies[DEVICE].value
    assert KnownDevice.objects.filter(user_id=world.users["rep"]).count() == 1
    right = 0
    for minutes in range(0, 60, 4):
        with later(minutes=minutes):
            right += guesses(call("nobody"), "rep", 3, f"203.0.113.{minutes}").count(401)
    assert right <= 10
    with later(minutes=50):
        assert enters(call("nobody"), "rep", address="198.51.100.7").status_code == 429, "a stranger, though right"
        known = call("nobody")
        known.client.cookies[DEVICE] = device
        assert enters(known, "rep", address="198.51.100.8").status_code == 200
        assert enters(known, "rep2", "wrong").status_code == 401, "known for one is a stranger to the other"


def test_a_known_browser_guesses_no_more_than_others(world: World, call: Call) -> None:
    """S-8: a lost telephone is a stranger's after five."""
    browser = call("nobody")
    assert enters(browser, "rep").status_code == 200
    assert guesses(browser, "rep", 6) == [401] * 5 + [429]
    assert enters(call("nobody"), "rep").status_code == 200, "its lock is its own"


def test_one_password_over_a_thousand_accounts(world: World, call: Call) -> None:
    """S-8: from one address a hundred are compared, also where one of them would have been right."""
    names = [*(f"name{n}" for n in range(500)), "rep2", *(f"name{n}" for n in range(500, 1000))]
    attacker = call("nobody")
    seen = [enters(attacker, name, PASSWORD, address="203.0.113.66").status_code for name in names]
    assert seen.count(401) == 100 and set(seen[100:]) == {429}
    assert enters(call("nobody"), "rep2", address="198.51.100.1").status_code == 200


@pytest.mark.parametrize("spelling", ["REP", " rep ", "Rep", "ʀep", "rep\u200b"])
def test_one_account_has_one_name(world: World, call: Call, spelling: str) -> None:
    """S-8: no spelling of a name opens an account under another counter."""
    browser = call("nobody")
    guesses(browser, "rep", 5)
    assert enters(browser, spelling).status_code in (401, 429)


def test_unknown_and_wrong_ask_the_same_of_the_machine(
    world: World, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-8: one look at a hash and the same statements for no such name, a wrong password and a person disabled, so that neither the
    answer nor its time tells which."""
    with act(INSTALLER, "disable", object="users"):
        User.objects.filter(username="rep2").update(is_active=False)
    enters(call("nobody"), "somebody", "wrong-password")  # parameters are read once a second
    looks: list[str] = []
    real = sign_in.check_password
    monkeypatch.setattr(sign_in, "check_password", lambda *a: looks.append(a[1].split("$")[0]) or real(*a))
    asked = []
    for username, password in (("nobody.here", PASSWORD), ("rep", "wrong-password"), ("rep2", PASSWORD)):
        browser = call("nobody")
        browser.client.cookies[DEVICE] = tries.new_device()
        with CaptureQueriesContext(connection) as queries:
            assert enters(browser, username, password).status_code == 401
        asked.append(
            [shape for q in queries if "SAVEPOINT" not in (shape := q["sql"].split(" WHERE ")[0].split(" VALUES ")[0])]
        )
    assert asked[0] == asked[1] == asked[2]
    assert len(looks) == 3 and len(set(looks)) == 1


def test_an_administrator_unlocks(world: World, call: Call) -> None:
    """S-8: at once, strangers too."""
    for n in range(3):
        guesses(call("nobody"), "rep", 4, f"203.0.113.{n}")
    assert enters(call("nobody"), "rep", address="203.0.113.77").status_code == 429
    assert call("admin").post(f"/users/{world.users['rep']}/unlock").status_code == 200
    assert enters(call("nobody"), "rep", address="203.0.113.77").status_code == 200
