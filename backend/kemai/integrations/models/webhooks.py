"""Webhooks: where to send, what of, how the receiver fares, and what was sent (PLT-4)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kemai.base.models import audited
from kemai.base.privacy import BY_PARAMETER, WITH_COMPANY, Holds
from kemai.kit.clock import now
from kemai.kit.ids import new_id


class Endpoint(models.Model):
    """A receiver. It is told what its owner may see and nothing else; who takes it over lends it his own rights.

    Secrets are not stored: ``salt`` and the installation's key make them (:mod:`kemai.integrations.signing`).
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=500)
    owner_id = models.UUIDField()
    state = models.CharField(max_length=10, default="active")
    """``active`` or ``paused``; while paused, what happens is kept and sent on resumption."""
    pause_reason = models.CharField(max_length=20, default="")
    """``person``, ``dead`` (no answer for a day) or ``owner_gone``."""
    payload_version = models.IntegerField(default=1)
    salt = models.CharField(max_length=64)
    old_salt = models.CharField(max_length=64, default="")
    old_until = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    holds = Holds(WITH_COMPANY, internal="name url state pause_reason salt old_salt")

    class Meta:
        triggers = audited("salt", "old_salt")


class Subscription(models.Model):
    """One kind of record an endpoint is told of: which events (none named: all) and under which filter."""

    id = models.UUIDField(primary_key=True, default=new_id)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="subscriptions")
    object = models.CharField(max_length=60)
    events = ArrayField(models.TextField(), default=list)
    filter = models.JSONField(null=True)
    holds = Holds(WITH_COMPANY, internal="object events filter")

    class Meta:
        triggers = audited()
        constraints = [models.UniqueConstraint(fields=["endpoint", "object"], name="webhook_object_once")]
        indexes = [models.Index(fields=["object"], name="webhook_object_ix")]


class Health(models.Model):
    """How a receiver fares: apart from the endpoint, since every answer moves it and nobody edits it."""

    endpoint = models.OneToOneField(Endpoint, primary_key=True, on_delete=models.CASCADE, related_name="health")
    failures = models.IntegerField(default=0)
    """Failures since the last success."""
    failing_since = models.DateTimeField(null=True)
    level = models.IntegerField(default=0)
    """How often the breaker has opened since the last success."""
    open_until = models.DateTimeField(null=True)
    """Nothing is sent before; afterwards one delivery tries the receiver."""
    last_ok_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    holds = Holds(WITH_COMPANY, internal="last_error")


class WebhookDelivery(models.Model):
    """One event of one record for one receiver. The key is what the receiver deduplicates by, over retries and replays alike."""

    id = models.UUIDField(primary_key=True, default=new_id)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    outbox_id = models.BigIntegerField()
    """The event's place: of one record, lower comes first."""
    event = models.CharField(max_length=100)
    object = models.CharField(max_length=60, default="")
    record_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    fields = ArrayField(models.TextField(), default=list)
    occurred_at = models.DateTimeField(default=now)
    test = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="waiting")
    """``waiting``, ``done``, ``failed`` (given up), ``skipped`` (out of the owner's sight, or the filter does not hold)."""
    reason = models.CharField(max_length=40, default="")
    next_at = models.DateTimeField(default=now)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    tries = models.JSONField(default=list)
    status = models.IntegerField(null=True)
    milliseconds = models.IntegerField(null=True)
    body = models.TextField(default="")
    answer = models.TextField(default="")
    finished_at = models.DateTimeField(null=True)
    holds = Holds(BY_PARAMETER, internal="event object fields state tries", personal="reason body answer")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "outbox_id", "record_id"], name="webhook_event_once")
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "outbox_id"], name="webhook_waiting_ix", condition=models.Q(state="waiting")
            ),
            models.Index(
                fields=["endpoint", "record_id", "outbox_id"],
                name="webhook_order_ix",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["claimed_until"], name="webhook_claim_ix", condition=models.Q(state="waiting")),
            models.Index(fields=["endpoint", "-occurred_at", "-id"], name="webhook_log_ix"),
            models.Index(fields=["occurred_at"], name="webhook_age_ix"),
        ]
