"""Whether the database is at this version's migrations, cheaply enough to ask at every start."""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import lru_cache
from pathlib import Path

import psycopg
from psycopg import sql

from kemai.config.env import PACKAGE_DIR

#: Packages that bring migrations or triggers of their own.
_OTHERS = ("Django", "procrastinate", "django-pgtrigger")

MIGRATED_QUERY = "SELECT obj_description(to_regclass('django_migrations'), 'pg_class')"


def migration_files() -> list[Path]:
    return sorted(PACKAGE_DIR.glob("**/migrations/*.py"))


@lru_cache(maxsize=1)
def migrations_digest() -> str:
    """One word for the migrations on disk: other files, another word."""
    digest = hashlib.sha256()
    for name in _OTHERS:
        digest.update(f"{name}={importlib.metadata.version(name)}\n".encode())
    for path in migration_files():
        digest.update(f"{path.relative_to(PACKAGE_DIR)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:32]


def is_migrated(url: str) -> bool:
    """Whether the last complete ``kemai migrate`` was done with these very migrations.

    The word is kept as the comment of Django's own table, where it lives and dies with what it speaks of: a
    restored dump brings its own, an empty database has none.
    """
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute(MIGRATED_QUERY).fetchone()
    return row is not None and row[0] == migrations_digest()


def remember_migrated(url: str) -> None:
    with psycopg.connect(url, connect_timeout=10) as connection:
        connection.execute(sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(migrations_digest()))
