"""Same key and body, same answer, one effect (contract.md): effect and answer are stored in one transaction.

A try-lock on the key tells "still in flight" from "done" without a row of its own, so a killed request leaves nothing behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from kemai.base.models import IdempotencyKey
from kemai.kit.errors import InFlight, KeyReused, Malformed


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: status, body and the headers worth replaying."""

    status: int
    body: bytes
    headers: dict[str, str]
    replayed: bool = False


def once(actor_id: UUID, route: str, key: str, body: bytes, run: Callable[[], Answer]) -> Answer:
    """Run ``run`` at most once for (person, route, key). A refusal (status from 400) is not stored: the same request may succeed later."""
    if len(key) > 200:
        raise Malformed(what="Idempotency-Key > 200")
    digest = hashlib.sha256(body).hexdigest()
    lock = int.from_bytes(hashlib.sha256(f"{actor_id}|{route}|{key}".encode()).digest()[:8], signed=True)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
            if not cursor.fetchone()[0]:
                raise InFlight
        stored = IdempotencyKey.objects.filter(actor_id=actor_id, route=route, key=key).first()
        if stored is not None:
            if stored.body_hash != digest:
                raise KeyReused
            return Answer(stored.status or 200, bytes(stored.answer or b""), stored.headers, replayed=True)
        answer = run()
        if answer.status >= 400:
            return answer
        IdempotencyKey.objects.create(
            actor_id=actor_id,
            route=route,
            key=key,
            body_hash=digest,
            status=answer.status,
            headers=answer.headers,
            answer=answer.body,
        )
        return answer
