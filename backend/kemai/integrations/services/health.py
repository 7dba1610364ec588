"""What an answer means for the delivery and for its receiver: tried again, given up, the breaker, the pause (F-9)."""

from __future__ import annotations

import random
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from kemai.accounts.access import SystemActor
from kemai.base.audit import act
from kemai.integrations.models import Endpoint, Health, WebhookDelivery
from kemai.integrations.outgoing import Outcome
from kemai.integrations.rules.retries import BREAKER, DEAD_AFTER, TRIES, breaker_delay, delay_after
from kemai.kit.clock import now
from kemai.kit.words import T
from kemai.platform.notify import notify

SENDER = SystemActor("webhooks")

PAUSED = {
    "dead": T("Webhook 已自动暂停：{name}", "A webhook was paused: {name}"),
    "owner_gone": T("Webhook 已暂停：{name}", "A webhook was paused: {name}"),
}
PAUSED_TEXT = {
    "dead": T(
        "接收方超过 24 小时没有正常应答。期间的事件已保留，修好后点“恢复”即补发。",
        "Its receiver has not answered for 24 hours. What happened meanwhile is kept and sent when you resume.",
    )
}


def settle(delivery_id: UUID, outcome: Outcome, body: bytes) -> None:
    """Write down how a try went. A delivery settled twice (its sender was taken for dead) keeps the first success."""
    moment = now()
    with transaction.atomic():
        delivery = WebhookDelivery.objects.select_for_update().filter(pk=delivery_id).first()
        if delivery is None or delivery.state != "waiting":
            return
        health = Health.objects.select_for_update().get(pk=delivery.endpoint_id)
        delivery.tries = [
            *delivery.tries[-29:],
            {
                "at": moment.isoformat(),
                "status": outcome.status,
                "milliseconds": outcome.milliseconds,
                "error": outcome.error,
            },
        ]
        delivery.status, delivery.milliseconds, delivery.reason = outcome.status, outcome.milliseconds, outcome.error
        delivery.answer, delivery.body, delivery.claimed_until = outcome.excerpt, body.decode(), None
        if outcome.ok:
            _taken(delivery, health, moment)
        else:
            _refused(delivery, health, outcome, moment)
        delivery.save()


def _taken(delivery: WebhookDelivery, health: Health, moment: datetime) -> None:
    delivery.state, delivery.finished_at = "done", moment
    if health.failures:  # it is back: what had been put off for long goes now
        WebhookDelivery.objects.filter(
            endpoint_id=delivery.endpoint_id, state="waiting", attempts__gt=0, next_at__gt=moment
        ).exclude(pk=delivery.pk).update(next_at=moment)
    Health.objects.filter(pk=health.pk).update(
        failures=0, failing_since=None, level=0, open_until=None, last_ok_at=moment, last_error=""
    )


def _refused(delivery: WebhookDelivery, health: Health, outcome: Outcome, moment: datetime) -> None:
    word = f"{outcome.status}" if outcome.status else outcome.error
    if delivery.test:  # says how the receiver fares, and moves nothing
        delivery.state, delivery.finished_at = "failed", moment
        return
    since, failures = health.failing_since or moment, health.failures + 1
    changes = {"failures": failures, "failing_since": since, "last_error": word}
    if failures >= BREAKER:
        changes |= {"level": health.level + 1, "open_until": moment + breaker_delay(health.level)}
    Health.objects.filter(pk=health.pk).update(**changes)
    if failures >= TRIES and moment - since >= DEAD_AFTER:
        pause(delivery.endpoint_id, "dead")
    elif delivery.attempts >= TRIES:
        delivery.state, delivery.finished_at = "failed", moment
        return
    # Spread a little, so that what failed together does not come back together.
    delivery.next_at = moment + delay_after(delivery.attempts) * random.uniform(1.0, 1.05)


def close(delivery_id: UUID, state: str, reason: str) -> None:
    """Done with a delivery without having asked its receiver."""
    WebhookDelivery.objects.filter(pk=delivery_id, state="waiting").update(
        state=state, reason=reason, claimed_until=None, finished_at=now()
    )


def pause(endpoint_id: UUID, reason: str) -> None:
    """Stop sending and tell the owner, once. What happens meanwhile is kept."""
    with act(SENDER, "webhook.pause", object="webhooks", record_id=endpoint_id, reason=reason):
        changed = Endpoint.objects.filter(pk=endpoint_id, state="active").update(
            state="paused", pause_reason=reason, version=F("version") + 1, updated_at=now()
        )
        if changed:
            endpoint = Endpoint.objects.get(pk=endpoint_id)
            notify(
                endpoint.owner_id,
                kind="webhook_paused",
                title=PAUSED[reason],
                title_params={"name": endpoint.name},
                text=PAUSED_TEXT[reason].to() if reason in PAUSED_TEXT else "",
                path=f"/admin/webhooks?id={endpoint_id}",
                object="webhooks",
                record_id=endpoint_id,
            )
