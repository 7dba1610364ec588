"""Receivers: made, changed, paused, taken over. Who manages webhooks manages all of them; where one sends to is its owner's alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q

from kemai.accounts.access import Actor
from kemai.accounts.models import User
from kemai.base.audit import act
from kemai.integrations import settings
from kemai.integrations.catalogue import PAYLOAD_VERSION, events_of
from kemai.integrations.errors import ADDRESS_WORDS, NotOwner
from kemai.integrations.models import Endpoint, Health, Subscription, WebhookDelivery
from kemai.integrations.rules.addresses import BadAddress, is_listed, is_metadata, is_outside, read_target
from kemai.integrations.signing import new_salt, secret_of
from kemai.kit.clock import now
from kemai.kit.errors import FieldError, Invalid, NotFound, VersionStale
from kemai.kit.text.normalise import clean_text
from kemai.kit.words import T
from kemai.platform.objects.declare import ObjectType, all_objects
from kemai.platform.objects.filters import compile_filter

PERMISSION = "integrations.webhook.edit"
MAX_ENDPOINTS = 50


def list_endpoints(actor: Actor) -> list[dict[str, Any]]:
    """All receivers with how they fare, newest first."""
    actor.require(PERMISSION)
    rows = list(Endpoint.objects.select_related("health").prefetch_related("subscriptions").order_by("-created_at"))
    names = dict(User.objects.filter(pk__in={r.owner_id for r in rows}).values_list("pk", "name"))
    counts = _counts(None)
    return [_json(actor, row, names, counts) for row in rows]


def get_endpoint(actor: Actor, endpoint_id: UUID) -> dict[str, Any]:
    """One receiver; :class:`NotFound` when there is none."""
    actor.require(PERMISSION)
    row = Endpoint.objects.select_related("health").prefetch_related("subscriptions").filter(pk=endpoint_id).first()
    if row is None:
        raise NotFound
    names = dict(User.objects.filter(pk=row.owner_id).values_list("pk", "name"))
    return _json(actor, row, names, _counts(endpoint_id))


def _counts(endpoint_id: UUID | None) -> dict[UUID, dict[str, Any]]:
    """What waits, and what came of the last day, by endpoint."""
    rows = WebhookDelivery.objects.filter(test=False)
    if endpoint_id:
        rows = rows.filter(endpoint_id=endpoint_id)
    waiting = (
        rows.filter(state="waiting").values("endpoint_id").annotate(waiting=Count("id"), oldest=Min("occurred_at"))
    )
    recent = (
        rows.filter(finished_at__gte=now() - timedelta(days=1), occurred_at__gte=now() - timedelta(days=3))
        .values("endpoint_id")
        .annotate(
            done=Count("id", filter=Q(state="done")),
            failed=Count("id", filter=Q(state="failed")),
        )
    )
    found: dict[UUID, dict[str, Any]] = {}
    for one in [*waiting, *recent]:
        found.setdefault(one["endpoint_id"], {}).update(one)
    return found


def _json(actor: Actor, row: Endpoint, names: dict[UUID, str], counts: dict[UUID, dict[str, Any]]) -> dict[str, Any]:
    count, health = counts.get(row.id, {}), row.health
    return {
        "id": row.id,
        "version": row.version,
        "name": row.name,
        "url": row.url,
        "owner": {"id": row.owner_id, "label": names.get(row.owner_id)},
        "mine": row.owner_id == actor.id,
        "state": row.state,
        "pause_reason": row.pause_reason,
        "payload_version": row.payload_version,
        "subscriptions": [
            {"object": s.object, "events": s.events, "filter": s.filter}
            for s in sorted(row.subscriptions.all(), key=lambda s: s.object)
        ],
        "old_secret_until": row.old_until if row.old_until and row.old_until > now() else None,
        "created_at": row.created_at,
        "health": {
            "failures": health.failures,
            "failing_since": health.failing_since,
            "next_try_at": health.open_until,
            "last_ok_at": health.last_ok_at,
            "last_error": health.last_error,
            "waiting": count.get("waiting", 0),
            "oldest_waiting_at": count.get("oldest"),
            "done_today": count.get("done", 0),
            "failed_today": count.get("failed", 0),
        },
    }


def create_endpoint(actor: Actor, values: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """A new receiver speaking with ``actor``'s rights; the secret is given this once."""
    actor.require(PERMISSION)
    if Endpoint.objects.count() >= MAX_ENDPOINTS:
        raise Invalid.one(
            "name", "too_many", T("最多 {limit} 个 Webhook。", "At most {limit} webhooks."), limit=MAX_ENDPOINTS
        )
    checked = _check(actor, {"name": "", "url": "", "subscriptions": [], **values})
    row = Endpoint(owner_id=actor.id, salt=new_salt(), payload_version=PAYLOAD_VERSION)
    row.name, row.url = checked["name"], checked["url"]
    with act(actor, "webhook.create", object="webhooks", record_id=row.id, data={"name": row.name, "url": row.url}):
        row.save(force_insert=True)
        Health.objects.create(endpoint=row)
        _subscribe(row, checked["subscriptions"])
    return get_endpoint(actor, row.id), secret_of(row.salt)


def change_endpoint(actor: Actor, endpoint_id: UUID, values: dict[str, Any], *, version: int) -> dict[str, Any]:
    """Change name, address or subscriptions of one's own receiver; :class:`VersionStale` when another did meanwhile."""
    with act(actor, "webhook.change", object="webhooks", record_id=endpoint_id):
        row = _lock(actor, endpoint_id, owner=True)
        if row.version != version:
            raise VersionStale(get_endpoint(actor, endpoint_id))
        checked = _check(actor, values)
        row.name, row.url = checked.get("name", row.name), checked.get("url", row.url)
        if "subscriptions" in checked:
            row.subscriptions.all().delete()
            _subscribe(row, checked["subscriptions"])
        _save(row)
    return get_endpoint(actor, endpoint_id)


def delete_endpoint(actor: Actor, endpoint_id: UUID) -> None:
    """Forget a receiver, what waits for it and what was sent."""
    with act(actor, "webhook.delete", object="webhooks", record_id=endpoint_id):
        row = _lock(actor, endpoint_id)
        WebhookDelivery.objects.filter(endpoint=row)._raw_delete("default")
        row.delete()


def pause_endpoint(actor: Actor, endpoint_id: UUID) -> dict[str, Any]:
    """Send nothing for the moment; what happens is kept."""
    with act(actor, "webhook.pause", object="webhooks", record_id=endpoint_id, reason="person"):
        row = _lock(actor, endpoint_id)
        if row.state == "active":
            row.state, row.pause_reason = "paused", "person"
            _save(row)
    return get_endpoint(actor, endpoint_id)


def resume_endpoint(actor: Actor, endpoint_id: UUID) -> dict[str, Any]:
    """Go on with everything kept, oldest first, each with its full number of tries."""
    with act(actor, "webhook.resume", object="webhooks", record_id=endpoint_id):
        row = _lock(actor, endpoint_id)
        row.state, row.pause_reason = "active", ""
        _save(row)
        Health.objects.filter(pk=row.id).update(failures=0, failing_since=None, level=0, open_until=None)
        WebhookDelivery.objects.filter(endpoint=row, state="waiting", attempts__gt=0).update(attempts=0, next_at=now())
    return get_endpoint(actor, endpoint_id)


def take_over(actor: Actor, endpoint_id: UUID) -> dict[str, Any]:
    """Lend a receiver one's own rights instead of its owner's; from then on one says oneself where it sends to."""
    with act(actor, "webhook.take_over", object="webhooks", record_id=endpoint_id):
        row = _lock(actor, endpoint_id)
        row.owner_id = actor.id
        if row.pause_reason == "owner_gone":
            row.state, row.pause_reason = "active", ""
        _save(row)
    return get_endpoint(actor, endpoint_id)


def rotate_secret(actor: Actor, endpoint_id: UUID) -> tuple[dict[str, Any], str]:
    """A new secret, given this once; the old one signs along for some hours, so that the receiver can be changed at leisure."""
    with act(actor, "webhook.rotate", object="webhooks", record_id=endpoint_id):
        row = _lock(actor, endpoint_id, owner=True)
        row.old_salt, row.old_until = row.salt, now() + timedelta(hours=settings.ROTATION_HOURS.value())
        row.salt = new_salt()
        _save(row)
    return get_endpoint(actor, endpoint_id), secret_of(row.salt)


def _lock(actor: Actor, endpoint_id: UUID, *, owner: bool = False) -> Endpoint:
    actor.require(PERMISSION)
    row = Endpoint.objects.select_for_update().filter(pk=endpoint_id).first()
    if row is None:
        raise NotFound
    if owner and row.owner_id != actor.id:
        raise NotOwner
    return row


def _save(row: Endpoint) -> None:
    row.version += 1
    row.updated_at = now()
    row.save()


def _subscribe(row: Endpoint, items: list[dict[str, Any]]) -> None:
    Subscription.objects.bulk_create(Subscription(endpoint=row, **item) for item in items)


# ---------------------------------------------------------------- checks


def _check(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """The values as stored; :class:`Invalid` names every wrong one."""
    errors: list[FieldError] = []
    checked: dict[str, Any] = {}
    if "name" in values:
        checked["name"] = clean_text(str(values["name"] or ""))[:100]
        if not checked["name"]:
            errors.append(FieldError("name", "required", T("请起个名字。", "Give it a name.")))
    if "url" in values:
        checked["url"] = str(values["url"] or "").strip()
        if code := address_trouble(checked["url"]):
            errors.append(FieldError("url", code, ADDRESS_WORDS[code]))
    if "subscriptions" in values:
        checked["subscriptions"] = _check_subscriptions(actor, values["subscriptions"], errors)
    if errors:
        raise Invalid(errors)
    return checked


def address_trouble(url: str) -> str:
    """What is wrong with an address as far as it can be told without asking a name server; empty when nothing is."""
    allowed = settings.allowed_hosts()
    try:
        target = read_target(url, ports=settings.ports(), allowed=allowed)
    except BadAddress as error:
        return error.code
    try:
        literal = target.host if is_metadata(target.host) or not is_outside(target.host) else ""
    except ValueError:  # a name
        literal = target.host if target.host == "localhost" or target.host.endswith(".localhost") else ""
    return "inside" if literal and not is_listed(target, allowed) else ""


def _check_subscriptions(actor: Actor, items: Any, errors: list[FieldError]) -> list[dict[str, Any]]:
    known = {o.name: o for o in all_objects() if actor.has(o.perm("view"))}
    found: dict[str, dict[str, Any]] = {}
    for n, item in enumerate(items if isinstance(items, list) else []):
        place = f"subscriptions.{n}"
        declaration = known.get(str(item.get("object"))) if isinstance(item, dict) else None
        if declaration is None or declaration.name in found:
            errors.append(
                FieldError(
                    place, "unknown_choice", T("没有这类记录，或重复选择。", "No such records, or chosen twice.")
                )
            )
            continue
        found[declaration.name] = _check_one(actor, declaration, item, place, errors)
    if not found and not errors:
        errors.append(
            FieldError("subscriptions", "required", T("请至少选择一类记录。", "Choose at least one kind of record."))
        )
    return list(found.values())


def _check_one(
    actor: Actor, declaration: ObjectType, item: dict[str, Any], place: str, errors: list[FieldError]
) -> dict[str, Any]:
    events, verbs = item.get("events") or [], {verb for verb, _ in events_of(declaration)}
    if not isinstance(events, list) or not set(map(str, events)) <= verbs:
        errors.append(FieldError(f"{place}.events", "unknown_choice", T("没有这个事件。", "There is no such event.")))
    tree = item.get("filter") or None
    compile_filter(actor, declaration, tree)  # Malformed says what is wrong with it
    return {"object": declaration.name, "events": sorted(set(map(str, events))), "filter": tree}
