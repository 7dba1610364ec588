"""Refusing to start where data could be lost or strangers could walk in (C-12, S-14). Each refusal names its remedy.

Nothing here needs Django: the checks run before it is loaded, in every serving process.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import psycopg

from kemai.base.standby import TELL_SECONDS, StandbyState, look_at_standby
from kemai.config.archiving.line import ArchiveProblem
from kemai.config.archiving.state import archive_state
from kemai.config.env import MIN_SECRET_LENGTH, Environment, is_loopback
from kemai.config.schema import missing_migrations

OLDEST_POSTGRESQL = 15
LOW_DISK = 500_000_000

#: Settings that decide whether a committed row survives a power cut, with the words to put them right.
DURABILITY = {
    "fsync": "set fsync = on in postgresql.conf and reload",
    "full_page_writes": "set full_page_writes = on in postgresql.conf and reload",
    "synchronous_commit": "set synchronous_commit = on in postgresql.conf and reload",
}
_KNOWN_SECRETS = ("insecure", "change-me", "changeme", "secret-key", "please-change", "default")


class SelfCheckFailed(Exception):
    """Kemai will not start like this; the text is the remedy."""


def environment_problems(env: Environment) -> Iterable[str]:
    """What is wrong with the settings themselves."""
    secret = env.secret_key.lower()
    if len(secret) < MIN_SECRET_LENGTH or len(set(secret)) < 8 or any(word in secret for word in _KNOWN_SECRETS):
        yield (
            f"KEMAI_SECRET_KEY is a default or too short: set {MIN_SECRET_LENGTH} or more random characters, "
            "or unset it to have one made."
        )
    if env.debug and env.is_public:
        yield "KEMAI_DEBUG is on and others can reach this address: set KEMAI_DEBUG=0, or bind to 127.0.0.1."
    if "*" in env.hosts:
        yield "KEMAI_HOSTS contains *: list the host names people use, separated by commas."
    named = [host for host in env.hosts if not is_loopback(host)]
    if env.is_public and not named:
        yield "Others can reach this address but no host name is allowed: set KEMAI_URL or KEMAI_HOSTS."
    if urlsplit(env.public_url).scheme not in ("http", "https"):
        yield f"KEMAI_URL is {env.public_url!r}: write the address people type, such as https://crm.example.com."


def database_problems(facts: Mapping[str, str]) -> Iterable[str]:
    """What is wrong with the database server, from its own settings."""
    if int(facts["server_version_num"]) < OLDEST_POSTGRESQL * 10_000:
        yield (
            f"PostgreSQL is {facts['server_version']}, Kemai needs {OLDEST_POSTGRESQL} or newer: upgrade the server."
        )
    if facts["server_encoding"] != "UTF8":
        yield (
            f"The database's encoding is {facts['server_encoding']}: "
            "create it with ENCODING 'UTF8' TEMPLATE template0 and move the data."
        )
    for name, remedy in DURABILITY.items():
        if facts[name] in ("off", "local"):
            yield f"{name} is {facts[name]}, so committed work can be lost: {remedy}."


def read_facts(url: str) -> dict[str, str]:
    names = ["server_version_num", "server_version", "server_encoding", *DURABILITY]
    columns = ", ".join(f"current_setting('{name}')" for name in names)
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute(f"SELECT {columns}").fetchone()
    return dict(zip(names, row or [], strict=True))


def standby_problem(state: StandbyState) -> str:
    """What is wrong with the standby that answers lists and reports; empty when nothing. Meanwhile the primary answers them."""
    return {
        "": "",
        "away": f"REPLICA_URL does not answer: {state.words}",
        "foreign": "REPLICA_URL is a copy of another database: name a standby of this one.",
        "promoted": "REPLICA_URL takes writes itself: name a standby of the present primary, or unset it.",
        "behind": f"The standby is {state.seconds_behind:.0f} s and {state.bytes_behind:,} bytes behind: look at its log and its network."
        if state.seconds_behind >= TELL_SECONDS
        else "",
    }[state.verdict]


def check_environment(env: Environment) -> None:
    for problem in environment_problems(env):
        raise SelfCheckFailed(problem)


def check_database(env: Environment) -> None:
    for url in {env.database_url, env.database_direct_url}:
        for problem in database_problems(read_facts(url)):
            raise SelfCheckFailed(problem)


def check_running_system(env: Environment) -> None:
    """The database and its migrations: what a serving process asks before it takes its first request."""
    check_database(env)
    if missing := missing_migrations(env.database_direct_url):
        raise SelfCheckFailed(f"The database lacks {len(missing)} of this version's migrations: run `kemai migrate`.")


def examine_database(env: Environment) -> list[dict[str, Any]]:
    """Each check of the database as a row for `kemai verify` and `kemai doctor`."""

    def reachable() -> None:
        read_facts(env.database_url)

    def sound() -> None:
        check_database(env)

    def migrated() -> None:
        check_running_system(env)

    rows = [finding("database answers", reachable)]
    if rows[0]["ok"]:
        rows += [finding("database settings", sound), finding("migrations", migrated)]
    return rows


def examine(env: Environment) -> list[dict[str, Any]]:
    """Everything `kemai doctor` looks at."""

    def settings() -> None:
        check_environment(env)

    def room() -> None:
        free = shutil.disk_usage(env.data_dir).free
        if free < LOW_DISK:
            raise SelfCheckFailed(f"Only {free // 1_000_000} MB are free at {env.data_dir}: make room.")

    def screens() -> None:
        if not (env.static_dir / "app" / "index.html").exists():
            raise SelfCheckFailed("The screens are not built: run `make front`.")

    def archived() -> None:
        if problem := archive_state(env)["problem"]:
            raise SelfCheckFailed(problem)

    def followed() -> None:
        state = look_at_standby(env.database_direct_url, env.replica_url)
        if problem := standby_problem(state):
            raise SelfCheckFailed(problem)

    database = examine_database(env)
    if env.replica_url and database[0]["ok"]:
        database.append(finding("standby", followed))
    if env.embedded and env.embedded.archive and database[0]["ok"]:
        database.append(finding("archive", archived))
    return [finding("settings", settings), finding("disk", room), finding("screens", screens), *database]


def finding(name: str, check: Callable[[], None]) -> dict[str, Any]:
    try:
        check()
    except (ArchiveProblem, SelfCheckFailed, psycopg.Error, OSError) as error:
        return {"check": name, "ok": False, "remedy": " ".join(str(error).split())}
    return {"check": name, "ok": True, "remedy": ""}
