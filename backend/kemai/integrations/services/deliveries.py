"""The log of what was sent, sending again, and trying a receiver."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor, can
from kemai.base import rates
from kemai.base.audit import act
from kemai.integrations import settings
from kemai.integrations.errors import NothingToReplay
from kemai.integrations.models import Endpoint, WebhookDelivery
from kemai.integrations.services.endpoints import PERMISSION
from kemai.kit.clock import now
from kemai.kit.errors import Invalid, Malformed, NotFound
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.logs import log_page

PAGE = 50
MAX_REPLAY = 10_000
STATES = ("waiting", "done", "failed", "skipped")


def list_deliveries(actor: Actor, endpoint_id: UUID, filters: dict[str, Any], *, cursor: str = "") -> dict[str, Any]:
    """The log of one receiver, newest first, narrowed by state, event, record and time."""
    actor.require(PERMISSION)
    if not Endpoint.objects.filter(pk=endpoint_id).exists():
        raise NotFound
    rows = WebhookDelivery.objects.filter(endpoint_id=endpoint_id, **_conditions(filters))
    page, following = log_page(rows.defer("body", "answer"), cursor, PAGE, at="occurred_at")
    items = [_line(row) for row in page]
    return {"items": items, "next_cursor": following}


def _conditions(filters: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if filters.get("state"):
        found["state__in"] = [s for s in str(filters["state"]).split(",") if s in STATES]
    if filters.get("event"):
        found["event"] = str(filters["event"])[:100]
    if filters.get("record"):
        key = parse_id(filters["record"])
        if key is None:
            raise Malformed(what="record")
        found["record_id"] = key
    for name, sign in (("from", "gte"), ("to", "lt")):
        if filters.get(name):
            found[f"occurred_at__{sign}"] = _moment(str(filters[name]), name)
    return found


def _moment(text: str, what: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise Malformed(what=what) from error
    if moment.tzinfo is None:
        raise Malformed(what=what)
    return moment


def _line(row: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": row.id,
        "event": row.event,
        "object": row.object,
        "record_id": row.record_id,
        "test": row.test,
        "state": row.state,
        "reason": row.reason,
        "status": row.status,
        "milliseconds": row.milliseconds,
        "attempts": row.attempts,
        "occurred_at": row.occurred_at,
        "next_at": row.next_at if row.state == "waiting" else None,
        "finished_at": row.finished_at,
    }


def get_delivery(actor: Actor, delivery_id: UUID) -> dict[str, Any]:
    """One delivery with all its tries. What was sent, and what came back, only for the endpoint's owner while he sees the record:
    it was made with his rights, not with the reader's."""
    actor.require(PERMISSION)
    row = WebhookDelivery.objects.select_related("endpoint").filter(pk=delivery_id).first()
    if row is None:
        raise NotFound
    shown = row.endpoint.owner_id == actor.id and (row.test or _sees(actor, row))
    return {
        **_line(row),
        "tries": row.tries,
        "withheld": not shown,
        "body": row.body if shown else "",
        "answer": row.answer if shown else "",
    }


def _sees(actor: Actor, row: WebhookDelivery) -> bool:
    declaration = get_object(row.object)
    code = declaration.perm("view")
    return (
        row.record_id is not None
        and actor.has(code)
        and can(actor, code, declaration.ownership, table=declaration.table, key=row.record_id, deleted=True)
    )


def send_test(actor: Actor, endpoint_id: UUID) -> dict[str, Any]:
    """Queue a delivery without a record, sent once, also while paused; its fate stands in the log."""
    actor.require(PERMISSION)
    endpoint = Endpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None:
        raise NotFound
    rates.take(f"webhook-test:{actor.id}", limit=20, seconds=60)
    with act(actor, "webhook.test", object="webhooks", record_id=endpoint_id):
        row = WebhookDelivery.objects.create(endpoint=endpoint, outbox_id=0, event="test", actor_id=actor.id, test=True)
    return _line(row)


def replay(actor: Actor, endpoint_id: UUID, values: dict[str, Any]) -> int:
    """Send again: chosen deliveries, or those of a span of time in some states; returns how many.

    The ids stay, so a receiver that deduplicates takes only what it has not.
    """
    actor.require(PERMISSION)
    rows = WebhookDelivery.objects.filter(endpoint_id=endpoint_id, test=False).exclude(state="waiting")
    if isinstance(values.get("ids"), list):
        wanted = [key for k in values["ids"][:MAX_REPLAY] if (key := parse_id(k))]
        rows = rows.filter(pk__in=wanted)
    elif values.get("from"):
        states = values.get("states") or ["failed"]
        rows = rows.filter(**_conditions({"from": values["from"], "to": values.get("to"), "state": ",".join(states)}))
    else:
        raise Invalid.one("ids", "required", T("请选择投递或时间范围。", "Choose deliveries or a span of time."))
    keys = list(rows.order_by("outbox_id").values_list("pk", flat=True)[:MAX_REPLAY])
    with act(actor, "webhook.replay", object="webhooks", record_id=endpoint_id, data={"count": len(keys)}):
        changed = (
            WebhookDelivery.objects.filter(pk__in=keys)
            .exclude(state="waiting")
            .update(state="waiting", attempts=0, next_at=now(), claimed_until=None, finished_at=None, reason="")
        )
    if not changed:
        raise NothingToReplay
    return changed


def forget_old() -> int:
    """Deliveries older than they are kept, also those a paused receiver never came back for; returns how many."""
    return WebhookDelivery.objects.filter(
        occurred_at__lt=now() - timedelta(days=settings.KEEP_DAYS.value())
    )._raw_delete("default")
