"""ORG-11: the state of safety, as an administrator reads it and is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kemai.accounts.rules.duties import AUDIT, SECURITY, SYSTEM, is_left_to
from kemai.config.env import Environment, get_env
from kemai.config.safety import state, telling
from kemai.config.safety.notes import note
from kemai.kit.clock import now
from kemai.platform.models import Notification
from tests.calling import Caller
from tests.fixtures import at
from tests.world import World

Call = Callable[[str], Caller]


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """An installation of its own, in whose notes nothing stands."""
    made = replace(get_env(), data_dir=tmp_path, reserve_mb=0)
    monkeypatch.setattr(state, "get_env", lambda: made)
    return made


def lines(caller: Caller) -> dict[str, dict[str, str]]:
    answer = caller.get("/admin/safety")
    assert answer.status_code == 200, answer.content
    return {line["code"]: line for line in answer.json()["items"]}


def test_only_who_administers_the_system_sees_it(world: World, call: Call, env: Environment) -> None:
    assert call("nobody").get("/admin/safety").status_code == 401
    assert call("manager").get("/admin/safety").status_code == 403
    assert call("admin").get("/admin/safety").status_code == 200
    assert [is_left_to(state.PERMISSION, duty) for duty in (SYSTEM, SECURITY, AUDIT, "")] == [True, False, False, False]


def test_a_new_system_is_told_to_make_a_backup_and_to_try_it(world: World, call: Call, env: Environment) -> None:
    found = lines(call("admin"))
    assert (found["backup"]["state"], found["drill"]["state"], found["verify"]["state"]) == ("bad", "poor", "poor")
    assert "kemai backup" in found["backup"]["remedy"] and "kemai drill" in found["drill"]["remedy"]
    assert found["standby"]["state"] == "off" and found["room"]["state"] in ("good", "poor", "bad")
    assert call("admin").get("/admin/safety").json()["state"] == "bad"


def test_what_was_done_stands_there_until_it_is_too_old(world: World, call: Call, env: Environment) -> None:
    note(env.data_dir, "backup", file="/backups/a.tar", bytes=12_345_678, broken_files=0, seconds=3)
    note(env.data_dir, "drill", ok=True, source="/backups/a.tar", seconds=40.0, problem="")
    note(env.data_dir, "verify", ok=False, problem="history triggers")
    found = lines(call("admin"))
    assert (found["backup"]["state"], found["drill"]["state"]) == ("good", "good")
    assert "12.3 MB" in found["backup"]["text"] and found["backup"]["due"] > found["backup"]["at"]
    assert found["verify"]["state"] == "bad" and "history triggers" in found["verify"]["text"]
    with at(now() + timedelta(days=2)):
        assert lines(call("admin"))["backup"]["state"] == "bad"
    note(env.data_dir, "backup-failed", problem="no room")
    with at(now() + timedelta(seconds=2)):
        note(env.data_dir, "backup", file="/backups/b.tar", bytes=1, broken_files=3, seconds=3)
    found = lines(call("admin"))["backup"]
    assert found["state"] == "poor" and "3" in found["text"]


def test_whoever_administers_is_told_once_for_each_time_it_goes_bad(world: World, env: Environment) -> None:
    def told() -> int:
        return Notification.objects.filter(kind="safety", user_id=world.users["admin"]).count()

    before = told()
    assert "backup" in telling.tell_of_safety(env)
    assert told() == before + 1
    assert telling.tell_of_safety(env) == [] and told() == before + 1
    note(env.data_dir, "backup", file="a.tar", bytes=1, broken_files=0, seconds=1)
    assert telling.tell_of_safety(env) == []
    with at(now() + timedelta(days=2)):
        assert telling.tell_of_safety(env) == ["backup"]
    assert not Notification.objects.filter(kind="safety", user_id=world.users["manager"]).exists()
