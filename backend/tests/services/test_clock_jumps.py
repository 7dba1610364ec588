"""F-5: the machine's clock is set back an hour, or forward a year. (Recycling at night: ``test_recycling.py``.)"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from kemai.accounts import sessions
from kemai.accounts.models import Session
from kemai.kit.clock import now
from kemai.kit.ids import new_id
from tests.calling import Caller
from tests.services.test_sessions import browser_of
from tests.services.test_sign_in import later
from tests.world import World

Call = Callable[[str], Caller]


def test_no_session_is_revived(world: World, call: Call) -> None:
    """Ended by idling, or by its age: within a minute it is gone for good, whatever the clock says then."""
    rep, rep2 = browser_of(call, "rep"), browser_of(call, "rep2")
    with later(minutes=31):
        sessions.tidy()
        with later(minutes=-60):
            assert rep.get("/me").status_code == 401, "idle, and the clock went back"
    with later(days=365):
        sessions.tidy()
    assert rep2.get("/me").status_code == 401, "a year ahead, and back again"


def test_ids_and_numbers_stay_unique_and_numbers_in_order(world: World, call: Call) -> None:
    rep, numbers, keys = call("rep"), [], [new_id() for _ in range(200)]
    for minutes in (0, -60, 2 * 24 * 60, 365 * 24 * 60, 0):
        with later(minutes=minutes):
            Session.objects.update(seen_at=now(), expires_at=now() + timedelta(hours=1))
            made = rep.post("/customers", {"name": f"时钟 {now():%Y-%m-%d %H:%M} {len(numbers)}"})
            assert made.status_code == 201, made.content
            numbers.append(made.json()["number"])
            keys += [new_id() for _ in range(200)]
    assert len(set(keys)) == len(keys)
    assert len(set(numbers)) == len(numbers) and numbers == sorted(numbers)
