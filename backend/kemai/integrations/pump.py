"""Sends what waits: claimed in the database, sent by one event loop, settled. Runs beside the queue in every worker.

Crash-safe: a claim is a lease; whatever was not settled when a process died is claimed again a minute later, so a receiver may see a
delivery twice, never not at all (F-6). A receiver gets a few at once and a sick one a single one, so none delays the others (F-9).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection, connections, transaction

from kemai.accounts.access import Actor
from kemai.accounts.sessions import actor_of
from kemai.integrations import settings
from kemai.integrations.models import Endpoint, Subscription, WebhookDelivery
from kemai.integrations.outgoing import Outcome, post
from kemai.integrations.payload import Skipped, make_body
from kemai.integrations.services import health
from kemai.integrations.signing import headers_for
from kemai.kit.clock import now
from kemai.kit.errors import NotFound
from kemai.kit.words import language

log = logging.getLogger(__name__)

AT_ONCE = 32
EACH = 4
LEASE = timedelta(seconds=60)
POLL_SECONDS = 0.5
BUSY_SECONDS = 0.02
REST_SECONDS = 2.0
_MEDIA = {"Content-Type": "application/json", "User-Agent": "Kemai-Webhooks/1"}

_CLAIM = """
WITH ready AS (
    SELECT e.id, (CASE WHEN h.open_until IS NULL THEN %(each)s ELSE 1 END) - (
        SELECT count(*) FROM integrations_webhookdelivery c
        WHERE c.endpoint_id = e.id AND c.state = 'waiting' AND c.claimed_until > %(now)s) AS free
    FROM integrations_endpoint e JOIN integrations_health h ON h.endpoint_id = e.id
    WHERE e.state = 'active' AND (h.open_until IS NULL OR h.open_until <= %(now)s)
    FOR UPDATE OF h SKIP LOCKED
), due AS (
    SELECT p.id FROM ready r CROSS JOIN LATERAL (
        SELECT d.id FROM integrations_webhookdelivery d
        WHERE d.endpoint_id = r.id AND d.state = 'waiting' AND NOT d.test AND d.next_at <= %(now)s
        AND (d.claimed_until IS NULL OR d.claimed_until <= %(now)s)
        AND NOT EXISTS (SELECT 1 FROM integrations_webhookdelivery b WHERE b.endpoint_id = d.endpoint_id
            AND b.record_id = d.record_id AND b.state = 'waiting' AND b.outbox_id < d.outbox_id)
        ORDER BY d.outbox_id LIMIT GREATEST(r.free, 0) FOR UPDATE OF d SKIP LOCKED) p
    LIMIT %(limit)s
), tests AS (
    SELECT d.id FROM integrations_webhookdelivery d WHERE d.state = 'waiting' AND d.test
    AND (d.claimed_until IS NULL OR d.claimed_until <= %(now)s) LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), picked AS (SELECT id FROM due UNION ALL SELECT id FROM tests)
UPDATE integrations_webhookdelivery d SET claimed_until = %(until)s, attempts = d.attempts + 1
FROM picked WHERE d.id = picked.id RETURNING d.id, d.outbox_id
"""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery ready to be sent."""

    id: UUID
    url: str
    body: bytes
    headers: dict[str, str]
    ports: frozenset[int]
    allowed: frozenset[str]


def claim(limit: int) -> list[Letter] | None:
    """Take up to ``limit`` deliveries that may go now, and write them; None when there was none. Those with nothing to say are
    settled here."""
    moment = now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": moment, "until": moment + LEASE, "limit": limit, "each": EACH})
        keys = [row[0] for row in sorted(cursor.fetchall(), key=lambda row: row[1])]
    if not keys:
        return None
    rows = WebhookDelivery.objects.select_related("endpoint").in_bulk(keys)
    filters = {
        (s.endpoint_id, s.object): s.filter
        for s in Subscription.objects.filter(endpoint_id__in={d.endpoint_id for d in rows.values()})
    }
    actors: dict[UUID, Actor | None] = {}
    letters = [_write(rows[key], filters, actors) for key in keys if key in rows]
    return [letter for letter in letters if letter is not None]


def _write(
    delivery: WebhookDelivery, filters: dict[tuple[UUID, str], object], actors: dict[UUID, Actor | None]
) -> Letter | None:
    endpoint: Endpoint = delivery.endpoint
    if endpoint.owner_id not in actors:
        actors[endpoint.owner_id] = _owner(endpoint.owner_id)
    owner = actors[endpoint.owner_id]
    if owner is None:  # nobody's rights, nothing to say; kept until somebody takes the endpoint over
        WebhookDelivery.objects.filter(pk=delivery.pk).update(claimed_until=None)
        health.pause(endpoint.id, "owner_gone")
        return None
    words = language.set(owner.locale)
    try:
        body = make_body(owner, delivery, filters.get((endpoint.id, delivery.object)))
    except Exception as error:  # one record that cannot be told must not stop the others
        log.error("webhook: %s cannot be written", delivery.id, exc_info=error)
        health.close(delivery.id, "failed", "internal")
        return None
    finally:
        language.reset(words)
    if isinstance(body, Skipped):
        health.close(delivery.id, "skipped", body.reason)
        return None
    headers = headers_for(endpoint, str(delivery.id), now(), body)
    headers |= {**_MEDIA, "kemai-event": delivery.event}
    return Letter(delivery.id, endpoint.url, body, headers, settings.ports(), settings.allowed_hosts())


def _owner(key: UUID) -> Actor | None:
    try:
        return actor_of(key)
    except NotFound:
        return None


async def send(letter: Letter) -> Outcome:
    """One try, under the limits the administrator set."""
    return await post(letter.url, letter.body, letter.headers, ports=letter.ports, allowed=letter.allowed)


class Pump:
    """The loop: at most so many under way, the database asked by one thread of its own."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        self.stop = stop
        self.database = ThreadPoolExecutor(1, thread_name_prefix="webhooks-db")
        self.under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until told to stop; then those under way are waited for."""
        failing = False
        while not self.stop():
            pause = POLL_SECONDS
            try:
                room = AT_ONCE - len(self.under_way)
                letters = await self.ask(claim, room) if room else []
                for letter in letters or ():
                    task = asyncio.create_task(self.deliver(letter))
                    self.under_way.add(task)
                    task.add_done_callback(self.under_way.discard)
                pause, failing = (POLL_SECONDS if letters is None else BUSY_SECONDS), False
            except Exception as error:
                if not failing:  # once per trouble
                    log.warning("webhooks: waiting, %s", error if isinstance(error, DatabaseError) else repr(error))
                pause, failing = REST_SECONDS, True
            await asyncio.sleep(pause)
        if self.under_way:
            await asyncio.wait(self.under_way)
        await self.ask(connections.close_all)
        self.database.shutdown()

    async def deliver(self, letter: Letter) -> None:
        outcome = await send(letter)
        try:
            await self.ask(health.settle, letter.id, outcome, letter.body)
        except Exception as error:  # its lease ends and it goes again
            log.warning("webhook %s was sent but not settled: %r", letter.id, error)

    async def ask(self, function: Callable[..., Result], *args: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self.database, _fresh(function), *args)


def _fresh(function: Callable[..., Result]) -> Callable[..., Result]:
    """``function`` on a connection that lives."""

    def run(*args: object) -> Result:
        close_old_connections()
        return function(*args)

    return run


def pump_until(stop: threading.Event) -> None:
    """Send until ``stop`` is set; the worker's thread."""
    asyncio.run(Pump(stop.is_set).run())


def send_waiting(limit: int = AT_ONCE) -> int:
    """Send what may go now and wait for the answers; returns how many were tried. For the command line and tests."""
    letters: list[Letter] | None = []
    while letters == []:  # taken, but nothing to say of any
        letters = claim(limit)
    if letters is None:
        return 0

    async def together() -> list[Outcome]:
        return await asyncio.gather(*(send(letter) for letter in letters))

    for letter, outcome in zip(letters, asyncio.run(together()), strict=True):
        health.settle(letter.id, outcome, letter.body)
    return len(letters)
