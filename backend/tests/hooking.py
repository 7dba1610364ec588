"""Webhooks in tests: an endpoint of a person, an edit that is told, what a receiver does with what arrives."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from kemai.base import parameters
from kemai.base.models import OutboxEvent, ParameterValue
from kemai.base.outbox import dispatch_pending
from kemai.integrations import pump
from kemai.integrations.services import endpoints
from kemai.kit import clock
from kemai.platform.objects import write
from kemai.platform.objects.declare import get_object
from tests.receiving import Receiver
from tests.world import World


def allow(*hosts: str) -> None:
    ParameterValue.objects.update_or_create(code="integrations.allowed_hosts", defaults={"value": ", ".join(hosts)})
    parameters.forget_cache()


def everything(*objects: str) -> list[dict[str, Any]]:
    return [{"object": name, "events": [], "filter": None} for name in objects]


def made(world: World, username: str, url: str, *subscriptions: dict[str, Any]) -> tuple[UUID, str]:
    """An endpoint of this person and its secret."""
    found, secret = endpoints.create_endpoint(
        world.actor(username),
        {"name": "ERP", "url": url, "subscriptions": list(subscriptions) or everything("customers")},
    )
    return found["id"], secret


def settled_outbox() -> None:
    """What the building of the company has left to hand on is nobody's here."""
    OutboxEvent.objects.filter(dispatched_at__isnull=True).update(dispatched_at=clock.now())


def edit(world: World, slug: str, remark: str) -> UUID:
    """One edit of a customer by the administrator; gives its key."""
    key = world.get("customers", slug).id
    declaration = get_object("customers")
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM customers_customer WHERE id = %s", [key])
        version = cursor.fetchone()[0]
    write.update_record(world.actor("admin"), declaration, key, {"remark": remark}, version=version)
    return key


def send_all() -> int:
    """Hand everything on and send what may go now, until nothing more may."""
    while dispatch_pending():
        pass
    sent = 0
    while more := pump.send_waiting():
        sent += more
    return sent


@contextmanager
def moving_clock() -> Iterator[Callable[[timedelta], None]]:
    """Time that passes when told to."""
    place = [datetime.now(clock.UTC)]
    before = clock._read
    clock._read = lambda: place[0]

    def wait(span: timedelta) -> None:
        place[0] += span

    try:
        yield wait
    finally:
        clock._read = before


def verify(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """What a receiver does, written down apart from the code (the example of the documentation)."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(wanted, given) for given in headers["webhook-signature"].split(" "))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


@pytest.fixture
def hook(world: World, receiver: Receiver) -> tuple[UUID, str]:
    settled_outbox()
    allow(receiver.host)
    return made(world, "admin", receiver.url)
