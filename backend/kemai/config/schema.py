"""Whether the database is at this version, cheaply enough to ask at every start: no Django, one query."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from functools import lru_cache
from pathlib import Path

import psycopg
from psycopg import sql

from kemai.config.env import PACKAGE_DIR

Name = tuple[str, str]

#: Packages that bring migrations or triggers of their own.
_OTHERS = ("Django", "procrastinate", "django-pgtrigger")
#: What `kemai migrate` turns into tables and first rows.
_SOURCES = (
    "**/migrations/*.py",
    "**/objects.py",
    "*/objects/*.py",
    "**/permissions.py",
    "**/dictionaries.py",
    "**/roles.py",
    "**/pipelines.py",
    "config/install.py",
)

APPLIED_QUERY = "SELECT app, name FROM django_migrations"
_INSTALLED_QUERY = "SELECT obj_description(to_regclass('django_migrations'), 'pg_class')"


@lru_cache(maxsize=1)
def expected_migrations() -> frozenset[Name]:
    """Every migration on disk, as Django records them: (application, name)."""
    names = {(path.parent.parent.name, path.stem) for path in PACKAGE_DIR.glob("*/migrations/[0-9]*.py")}
    queue = importlib.util.find_spec("procrastinate")
    if queue is not None and queue.origin is not None:
        folder = Path(queue.origin).parent / "contrib" / "django" / "migrations"
        names |= {("procrastinate", path.stem) for path in folder.glob("[0-9]*.py")}
    return frozenset(names)


def missing_migrations(url: str) -> frozenset[Name]:
    """The migrations this version needs and the database has not.

    More than these may be applied: while servers are replaced one by one, the old ones work on beside a newer
    schema.
    """
    with psycopg.connect(url, connect_timeout=10) as connection:
        if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
            return expected_migrations()
        return expected_migrations() - set(connection.execute(APPLIED_QUERY).fetchall())


@lru_cache(maxsize=1)
def installation_digest() -> str:
    """One word for everything `kemai migrate` works from: other files, another word."""
    digest = hashlib.sha256()
    for name in _OTHERS:
        digest.update(f"{name}={importlib.metadata.version(name)}\n".encode())
    for path in sorted({path for pattern in _SOURCES for path in PACKAGE_DIR.glob(pattern)}):
        digest.update(f"{path.relative_to(PACKAGE_DIR)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:32]


def is_installed(url: str) -> bool:
    """Whether the last complete `kemai migrate` was done from these very files, so that another would change nothing.

    The word is kept as the comment of Django's own table, where it lives and dies with what it speaks of: a
    restored dump brings its own, an empty database has none.
    """
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute(_INSTALLED_QUERY).fetchone()
    return row is not None and row[0] == installation_digest()


def remember_installed(url: str) -> None:
    with psycopg.connect(url, connect_timeout=10) as connection:
        connection.execute(sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(installation_digest()))
