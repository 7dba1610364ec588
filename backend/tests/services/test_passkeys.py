"""ORG-7, S-7: a passkey opens the door in one step, for its own site, its own person, once a question."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from kemai.accounts import sessions
from kemai.accounts.models import Passkey, RecoveryCode, Session, User
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.base.models import AuditEvent
from tests.calling import CSRF, Caller
from tests.passkeys import Device
from tests.services.test_sign_in import enters, gives, later, set_parameter, sets_up
from tests.world import PASSWORD, World

Call = Callable[[str], Caller]


def keeps(person: Caller, device: Device, name: str = "工作电脑") -> Any:
    """Make a passkey on the page of one's own account."""
    offered = person.post("/me/factors/passkeys", {"password": PASSWORD}).json()
    answer = device.makes(offered["options"])
    return person.post("/me/factors/passkeys/confirm", {"offer": offered["offer"], "answer": answer, "name": name})


def asked(browser: Caller) -> dict[str, Any]:
    browser.client.cookies[sessions.CSRF_COOKIE] = CSRF
    return dict(browser.post("/auth/passkey/ask", {}).json())


def comes_in(browser: Caller, device: Device, question: dict[str, Any] | None = None) -> Any:
    question = question or asked(browser)
    answer = browser.post("/auth/passkey", {"offer": question["offer"], "answer": device.signs(question["options"])})
    browser.client.cookies[sessions.CSRF_COOKIE] = CSRF
    return answer


@pytest.fixture
def device(world: World, call: Call) -> Device:
    """A device with a key of the rep's."""
    device = Device()
    kept = keeps(call("rep"), device)
    assert kept.status_code == 200, kept.content
    return device


def test_a_passkey_opens_the_door(world: World, call: Call, device: Device) -> None:
    """In one step and as oneself; the log says by what; the page says when it was last used."""
    browser = call("nobody")
    answer = comes_in(browser, device)
    assert answer.status_code == 200, answer.content
    assert answer.json()["username"] == "rep" and answer.cookies[sessions.COOKIE].value
    event = AuditEvent.objects.filter(action="sign_in").latest("id")
    assert (event.record_id, event.data["by"]) == (world.users["rep"], "passkey")
    mine = browser.get("/me/factors").json()["passkeys"]
    assert [(one["name"], bool(one["used_at"])) for one in mine] == [("工作电脑", True)]


def test_a_password_alone_is_not_enough_any_more(world: World, call: Call) -> None:
    """It is a second factor as well: other sessions end, recovery codes come with it and stand in for it."""
    call("rep")
    kept = keeps(call("rep"), Device())
    codes = kept.json()["new_recovery_codes"]
    assert len(codes) == 10
    assert Session.objects.filter(user_id=world.users["rep"]).count() == 1
    browser = call("nobody")
    assert enters(browser, "rep").json() == {"awaits": "factor", "ways": ["passkey", "recovery"]}
    assert browser.get("/me").status_code == 401
    assert gives(browser, codes[0]).status_code == 200


@pytest.mark.parametrize(
    ("what", "device"),
    [
        ("another site", Device(origin="http://testserver.example")),
        ("a device that does not ask who is there", Device(asks=False)),
    ],
)
def test_what_is_no_proof_is_not_kept(world: World, call: Call, what: str, device: Device) -> None:
    kept = keeps(call("rep"), device)
    assert (kept.status_code, kept.json()["code"]) == (401, "passkey_refused"), what
    assert not Passkey.objects.exists() and not RecoveryCode.objects.exists()


def _stranger(device: Device) -> None:
    device.id = Device().id


def _forged(device: Device) -> None:
    device.key = Device().key


def _elsewhere(device: Device) -> None:
    device.origin = "http://testserver.example"


def _silent(device: Device) -> None:
    device.asks = False


@pytest.mark.parametrize("harm", [_stranger, _forged, _elsewhere, _silent])
def test_wrong_answers_stay_outside(world: World, call: Call, device: Device, harm: Callable[[Device], None]) -> None:
    """An unknown key, another's signature, another site, nobody verified: one answer for all, and a line in the log."""
    assert comes_in(call("nobody"), deepcopy_of(device)).status_code == 200  # the deny shares its set-up with the allow
    harm(device)
    device.uses += 1
    answer = comes_in(call("nobody"), device)
    assert (answer.status_code, answer.json()["code"]) == (401, "passkey_refused")
    assert AuditEvent.objects.filter(action="sign_in.passkey_refused").count() == 1


def deepcopy_of(device: Device) -> Device:
    """The same key in a second place."""
    other = Device(asks=device.asks, counts=device.counts, origin=device.origin)
    other.key, other.id, other.uses = device.key, device.id, device.uses
    return other


def test_a_copy_is_noticed(world: World, call: Call, device: Device) -> None:
    """A key that counts and stands where it stood before was copied."""
    copy = deepcopy_of(device)
    assert comes_in(call("nobody"), device).status_code == 200
    assert comes_in(call("nobody"), copy).json()["code"] == "passkey_refused"


def test_a_question_is_good_once_and_for_minutes(world: World, call: Call) -> None:
    device = Device(counts=False)
    keeps(call("rep"), device)
    browser = call("nobody")
    question = asked(browser)
    assert comes_in(browser, device, question).status_code == 200
    again = comes_in(call("nobody"), device, deepcopy(question))
    assert again.json()["code"] == "factor_offer_over"
    old = asked(call("nobody"))
    with later(minutes=6):
        nobody = call("nobody")
        nobody.client.cookies[sessions.CSRF_COOKIE] = CSRF
        assert comes_in(nobody, device, old).json()["code"] == "factor_offer_over"


def test_questions_are_not_exchanged(world: World, call: Call) -> None:
    """One for making is none for signing in, and another's is none of one's own."""
    device = Device()
    offered = call("rep2").post("/me/factors/passkeys", {"password": PASSWORD}).json()
    body = {"offer": offered["offer"], "answer": device.makes(offered["options"]), "name": "别人的"}
    assert call("rep").post("/me/factors/passkeys/confirm", body).json()["code"] == "factor_offer_over"
    browser = call("nobody")
    browser.client.cookies[sessions.CSRF_COOKIE] = CSRF
    crossed = {"offer": offered["offer"], "answer": {"id": "x"}}
    assert browser.post("/auth/passkey", crossed).json()["code"] == "factor_offer_over"


def test_it_ends_with_the_person_and_by_removal(world: World, call: Call, device: Device) -> None:
    """S-6: disabled, removed by oneself with the password, or taken away by an administrator."""
    with act(INSTALLER, "test", object="users"):
        User.objects.filter(pk=world.users["rep"]).update(is_active=False)
    assert comes_in(call("nobody"), device).json()["code"] == "passkey_refused"
    with act(INSTALLER, "test", object="users"):
        User.objects.filter(pk=world.users["rep"]).update(is_active=True)
    browser = call("nobody")
    assert comes_in(browser, device).status_code == 200
    key = browser.get("/me/factors").json()["passkeys"][0]["id"]
    path = f"/me/factors/passkeys/{key}/remove"
    assert browser.post(path, {"password": "something else"}).status_code in (401, 422)
    assert call("rep2").post(path, {"password": PASSWORD}).status_code == 404
    assert browser.post(path, {"password": PASSWORD}).json()["passkeys"] == []
    assert not RecoveryCode.objects.exists()
    assert comes_in(call("nobody"), device).json()["code"] == "passkey_refused"


def test_an_administrator_takes_it_away(world: World, call: Call, device: Device) -> None:
    assert call("admin").post(f"/users/{world.users['rep']}/reset-factor", {}).status_code < 300
    assert comes_in(call("nobody"), device).json()["code"] == "passkey_refused"


def test_beside_an_authenticator_program(world: World, call: Call) -> None:
    """Either will do; taking one away leaves the other."""
    person = call("rep")
    sets_up(person)
    kept = keeps(person, Device())
    assert kept.json()["new_recovery_codes"] == []
    assert enters(call("nobody"), "rep").json()["ways"] == ["totp", "passkey", "recovery"]


def test_it_is_what_the_company_wants(world: World, call: Call) -> None:
    """Where a second factor is compulsory a passkey is one."""
    set_parameter("security.second_factor", "everybody")
    person = call("rep")
    assert person.get("/me").json()["owes"] == ["factor"]
    assert keeps(person, Device()).status_code == 200
    assert person.get("/me").json()["owes"] == []


def test_guessed_passwords_do_not_lock_it(world: World, call: Call, device: Device) -> None:
    """S-8: an attacker who locks the account by wrong passwords does not lock out who has a key."""
    stranger = call("nobody")
    for _ in range(7):
        answer = enters(stranger, "rep", "wrong-password-again")
    assert answer.status_code == 429
    assert comes_in(call("nobody"), device).status_code == 200
