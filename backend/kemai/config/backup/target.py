"""The database a restore goes to: whether it may, and how the new one takes the old one's place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from kemai.config.backup.archive import BackupProblem
from kemai.config.env import BACKEND_DIR, Environment, child_environ

LONGEST_NAME = 63
"""PostgreSQL cuts longer names silently."""

_TABLES = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
"""
_OTHERS = """
SELECT count(*), COALESCE(string_agg(DISTINCT NULLIF(application_name, ''), ', '), '') FROM pg_stat_activity
WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_END_OURS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_LOCALE = """
SELECT pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider::text, to_jsonb(d) FROM pg_database d
WHERE datname = %s
"""


@dataclass(slots=True)
class Target:
    """The database named by an address, and a connection to another database of the same server.

    With the right to make databases the restored one is built beside it; without, only an empty one can be filled.
    """

    url: str
    name: str
    server: psycopg.Connection[Any]
    can_create: bool
    empty: bool = False
    building: str = ""

    @classmethod
    @contextmanager
    def open(cls, url: str) -> Iterator[Target]:
        """Connect; :class:`BackupProblem` when the server cannot be reached past the database itself."""
        name = str(conninfo_to_dict(url).get("dbname") or "")
        with neighbour(url, name) as server:
            row = server.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
            yield cls(url, name, server, bool(row and row[0]))

    def refuse_unfit(self, manifest: dict[str, Any], *, replace: bool) -> None:
        """:class:`BackupProblem` when this backup must not be restored here; nothing has been changed yet."""
        major = self.server.info.server_version // 10_000
        if manifest["postgresql_major"] > major:
            raise BackupProblem(
                f"The backup was made on PostgreSQL {manifest['postgresql']}, this server is {major}: upgrade it first."
            )
        self.refuse_while_used()
        self.empty = is_empty(self.url)
        if not self.empty and not replace:
            raise BackupProblem(
                f"There is data in the database {self.name}. To put the backup in its place, keeping the present data "
                "aside, say --replace."
            )
        if not self.empty and not self.can_create:
            raise BackupProblem(
                "The database's role may not create databases, so the present data could not be kept aside: let the "
                "server's administrator run ALTER ROLE … CREATEDB, or give DATABASE_URL an empty database."
            )

    def refuse_while_used(self) -> None:
        count, names = self.server.execute(_OTHERS, [self.name]).fetchone() or (0, "")
        if count:
            who = f" ({names})" if names else ""
            raise BackupProblem(f"Kemai is running on this data: {count} sessions are open{who}. Stop it first.")

    def build(self) -> str:
        """Make the empty database to restore into; returns its address."""
        if not self.can_create:
            empty_out(self.url)
            return self.url
        self.building = f"{self.name[: LONGEST_NAME - 10]}_restoring"
        self.discard()  # what a killed restore left
        row = self.server.execute(_LOCALE, [self.name]).fetchone()
        assert row is not None
        _, collate, ctype, provider, facts = row
        words: list[sql.Composable] = [
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(self.building)),
            sql.SQL("LC_COLLATE {} LC_CTYPE {}").format(sql.Literal(collate), sql.Literal(ctype)),
        ]
        locale = facts.get("datlocale") or facts.get("daticulocale")
        if provider == "i":
            words.append(sql.SQL("LOCALE_PROVIDER icu ICU_LOCALE {}").format(sql.Literal(locale)))
        elif provider == "b":
            words.append(sql.SQL("LOCALE_PROVIDER builtin BUILTIN_LOCALE {}").format(sql.Literal(locale)))
        else:
            words.append(sql.SQL("LOCALE_PROVIDER libc"))
        self.server.execute(sql.SQL(" ").join(words))
        return other_database(self.url, self.building)

    def discard(self) -> None:
        """Remove what was built so far."""
        if self.building:
            # Not WITH (FORCE): that would end autovacuum's session as well, which only a superuser may. Without, the
            # server sends autovacuum away by itself, and what an interrupted pg_restore left running is our own.
            self.server.execute(_END_OURS, [self.building])
            self.server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(self.building)))
        elif not self.can_create:
            empty_out(self.url)

    def exchange(self, stamp: str) -> str:
        """Give the new database the old one's name, both in one transaction; returns the old one's new name, if kept.

        Fails when somebody has connected meanwhile: PostgreSQL renames no database in use.
        """
        if not self.building:
            return ""
        aside = f"{self.name[: LONGEST_NAME - 30]}_before_{stamp}"
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        with self.server.transaction():
            self.server.execute(rename.format(sql.Identifier(self.name), sql.Identifier(aside)))
            self.server.execute(rename.format(sql.Identifier(self.building), sql.Identifier(self.name)))
        self.building = ""
        if self.empty:
            self.server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(aside)))
            return ""
        return aside


@contextmanager
def neighbour(url: str, name: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to another database of the same server, for statements about the one."""
    for other in ("postgres", "template1"):
        try:
            connection = psycopg.connect(other_database(url, other), autocommit=True, connect_timeout=10)
        except psycopg.OperationalError as error:
            reason = str(error).splitlines()[0]
            continue
        with connection:
            yield connection
        return
    raise BackupProblem(f"Neither postgres nor template1 can be reached beside the database {name}: {reason}")


def other_database(url: str, name: str) -> str:
    """The same address with another database's name."""
    return urlsplit(url)._replace(path=f"/{quote(name, safe='')}").geturl()


def is_empty(url: str) -> bool:
    """Whether nothing would be missed: no tables, or those of a Kemai nobody was ever created in."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        count = connection.execute(_TABLES).fetchone()
        if count == (0,):
            return True
        if connection.execute("SELECT to_regclass('accounts_user')").fetchone() == (None,):
            return False
        return connection.execute("SELECT 1 FROM accounts_user LIMIT 1").fetchone() is None


def empty_out(url: str) -> None:
    """Remove everything of a database whose owner may not drop it."""
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        connection.execute("DROP SCHEMA IF EXISTS public CASCADE")
        connection.execute("CREATE SCHEMA public")


def run_command(env: Environment, url: str, word: str) -> dict[str, Any]:
    """A ``kemai`` command on a database of another address but the same files; returns what it prints as JSON.

    In a process of its own: Django copies its address once and for all. :class:`BackupProblem` when it cannot run;
    findings that do not hold are a result and no failure.
    """
    words = [word] if word == "migrate" else [word, "--json"]
    environ = child_environ(DATABASE_URL=url, DATABASE_DIRECT_URL="", KEMAI_DATA=str(env.data_dir))
    environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(BACKEND_DIR), environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, "-m", "kemai.config.cli", *words], cwd=BACKEND_DIR, env=environ, capture_output=True, text=True
    )
    if done.returncode and not done.stdout.startswith("{"):
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise BackupProblem(f"`kemai {word}` failed on the restored database: {reason[0].removeprefix('kemai: ')}")
    return dict(json.loads(done.stdout)) if done.stdout.startswith("{") else {}
