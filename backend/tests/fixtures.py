"""Fixtures over :mod:`tests.world`. A conftest of a folder that wants them imports them by name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from kemai.accounts.models import Session, User
from kemai.accounts.sessions import forget_callers
from kemai.base import epochs, parameters
from kemai.kit.clock import now, standing_at
from kemai.platform.objects import dictionaries, select
from tests.calling import Caller, caller_for
from tests.world import World, build

_built: World | None = None
_opened = 0.0
#: Sessions end after half an hour without use; a slow run takes longer than that from one person's test to his next.
OPEN_FOR = 600.0

#: A fast hash and no general limit: what is measured here is rights, not speed.
FAST = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"], "REQUESTS_PER_MINUTE": 1_000_000_000}


def forget_everything() -> None:
    """The process's memories, which would survive a rolled-back test."""
    forget_callers()
    epochs.forget()
    parameters.forget_cache()
    dictionaries.forget_cache()
    select._plans.clear()


@pytest.fixture
def committed_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The company, committed in this worker's database; made again when a test that commits has cleaned it away."""
    global _built, _opened
    with override_settings(**FAST):
        with django_db_blocker.unblock():
            if _built is None or not User.objects.filter(pk=_built.users["rep"]).exists():
                forget_everything()
                _built, _opened = build(), time.monotonic()
            elif time.monotonic() > _opened + OPEN_FOR:
                _open_sessions()
                _opened = time.monotonic()
        forget_everything()
        yield _built
        forget_everything()


@pytest.fixture
def world(committed_world: World, db: None) -> World:
    """The company; whatever the test does to it is rolled back."""
    return committed_world


@pytest.fixture
def call(world: World) -> Callable[[str], Caller]:
    """``call("rep")`` speaks as that person."""
    return lambda name: caller_for(world, name)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Run a block as if it were ``moment``, with everybody's session open then."""
    with standing_at(moment):
        _open_sessions()
        yield
    _open_sessions()


def _open_sessions() -> None:
    Session.objects.update(expires_at=now() + timedelta(hours=12), seen_at=now())
    forget_callers()


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever happens inside is undone. What was kept in memory meanwhile is forgotten when it changed: its epoch went back too."""
    rights, kept = _epochs()
    epochs.note(kept)  # what is read here need not be asked again inside
    with transaction.atomic():
        yield
        try:
            moved = _epochs()
        except DatabaseError:  # a refused statement has ended the transaction
            moved = None, None
        transaction.set_rollback(True)
    if moved != (rights, kept):
        epochs.forget()
    if moved[0] != rights:
        forget_callers()


def _epochs() -> tuple[int | None, str | None]:
    """Of rights, and of all else that is kept in memory."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT value, {epochs.COLUMN} FROM accounts_rightsepoch")
        return cursor.fetchone()  # type: ignore[no-any-return]


#: Tables that may move though nothing was done: who called, how often, what was refused.
NOT_BUSINESS = (
    "base_audit",
    "accounts_session",
    "accounts_apitoken",
    "base_ratecounter",
    "platform_dailyvolume",
    "django_",
    "pgtrigger",
    "accounts_rightsepoch",
)


def business_hash() -> str:
    """A digest of every row of every business table, outbox, jobs and messages included (S-4)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace "
            "AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
        )
        tables = [row[0] for row in cursor.fetchall() if not row[0].startswith(NOT_BUSINESS)]
        parts = " UNION ALL ".join(
            f"SELECT '{t}' AS n, md5(COALESCE(string_agg(x::text, '' ORDER BY x::text), '')) AS h FROM {t} x"
            for t in tables
        )
        cursor.execute(f"SELECT md5(string_agg(n || h, '' ORDER BY n)) FROM ({parts}) p")
        return str(cursor.fetchone()[0])
