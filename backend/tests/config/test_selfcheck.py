"""C-12 and S-14: what Kemai refuses to start with, and the remedy it names."""

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from kemai.config import selfcheck
from kemai.config.env import Environment, read_environment
from kemai.config.schema import is_installed, missing_migrations
from kemai.config.selfcheck import (
    SelfCheckFailed,
    check_environment,
    database_problems,
    environment_problems,
    read_facts,
)
from tests.conftest import PLACE

SOUND = {
    "server_version_num": "180006",
    "server_version": "18.6",
    "server_encoding": "UTF8",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
}


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return read_environment({"KEMAI_DATA": str(tmp_path)})


def test_a_fresh_installation_is_sound(env: Environment) -> None:
    assert list(environment_problems(env)) == []
    assert list(database_problems(SOUND)) == []


@pytest.mark.parametrize(
    "secret", ["", "short", "a" * 80, "django-insecure-" + "k3y9" * 20, "please-change-" + "x7q2z9m4" * 8]
)
def test_c12_a_default_secret_key_is_refused(env: Environment, secret: str) -> None:
    with pytest.raises(SelfCheckFailed, match="KEMAI_SECRET_KEY"):
        check_environment(replace(env, secret_key=secret))


@pytest.mark.parametrize("change", [{"bind": "0.0.0.0"}, {"public_url": "https://crm.example.com"}])
def test_c12_debug_and_a_public_address_are_refused(env: Environment, change: dict[str, str]) -> None:
    check_environment(replace(env, debug=True))
    with pytest.raises(SelfCheckFailed, match="KEMAI_DEBUG=0"):
        check_environment(replace(env, debug=True, hosts=["crm.example.com"], **change))  # type: ignore[arg-type]


def test_s14_host_names_are_required_and_never_a_star(env: Environment) -> None:
    with pytest.raises(SelfCheckFailed, match="KEMAI_HOSTS"):
        check_environment(replace(env, bind="0.0.0.0"))
    with pytest.raises(SelfCheckFailed, match="list the host names"):
        check_environment(replace(env, hosts=["*"]))


@pytest.mark.parametrize(
    ("fact", "value", "remedy"),
    [
        ("fsync", "off", "set fsync = on"),
        ("full_page_writes", "off", "set full_page_writes = on"),
        ("synchronous_commit", "off", "set synchronous_commit = on"),
        ("synchronous_commit", "local", "set synchronous_commit = on"),
        ("server_encoding", "SQL_ASCII", "ENCODING 'UTF8'"),
        ("server_version_num", "140012", "15 or newer"),
    ],
)
def test_c12_a_server_that_may_lose_work_is_refused(fact: str, value: str, remedy: str) -> None:
    problems = list(database_problems(SOUND | {fact: value}))
    assert len(problems) == 1
    assert remedy in problems[0]
    assert "\n" not in problems[0]


def test_the_facts_are_the_servers_own() -> None:
    facts = read_facts(PLACE.url)
    assert facts.keys() == SOUND.keys()
    assert facts["server_encoding"] == "UTF8"


def test_c12_missing_migrations_are_refused(env: Environment) -> None:
    empty = replace(env, database_url=PLACE.url, database_direct_url=PLACE.url)
    assert not is_installed(PLACE.url)
    assert ("base", "0001_initial") in missing_migrations(PLACE.url)
    with pytest.raises(SelfCheckFailed, match="kemai migrate"):
        selfcheck.check_running_system(empty)


def test_doctor_names_every_finding_even_with_the_database_down(env: Environment) -> None:
    down = replace(
        env, database_url="postgresql:///x?host=/nowhere", database_direct_url="postgresql:///x?host=/nowhere"
    )
    findings = {row["check"]: row for row in selfcheck.examine(down)}
    assert findings["settings"]["ok"] is True
    assert findings["database answers"]["ok"] is False
    assert "\n" not in findings["database answers"]["remedy"]


def test_a_check_may_not_hide_a_programming_error() -> None:
    def broken() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        selfcheck.finding("broken", broken)
    assert issubclass(psycopg.OperationalError, psycopg.Error)
