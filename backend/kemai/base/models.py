"""Tables below everything: the record's common columns, audit, outbox, jobs, files, parameters, numbering, idempotency.

People are only ids here (accounts sit above), and records are only (object, id).
"""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from kemai.base.privacy import UNTIL_EXPIRY, WITH_AUDIT, WITH_COMPANY, Holds, days
from kemai.kit.clock import now
from kemai.kit.ids import new_id

#: Columns that follow from others: no history, and they move neither version nor updated_at (decisions.md 13).
DERIVED_COLUMNS = (
    "version",
    "updated_at",
    "updated_by",
    "search_terms",
    "private_terms",
    "search_text",
    "name_sort",
)

_CONTEXT = "kemai_audit_context()"


def audited(*computed: str) -> list[pgtrigger.Trigger]:
    """The history triggers of a table: no write can skip them, and none is accepted outside a service (decisions.md 10).

    ``computed`` are columns kept by the product itself, left out of the history.
    Statement level with transition tables, so that 10,000 imported rows cost one insert, not 10,000.
    """
    skipped = "ARRAY[" + ",".join(f"'{c}'" for c in (*DERIVED_COLUMNS, *computed)) + "]::text[]"
    insert = (
        "INSERT INTO base_audit_change (event_id, object, record_id, op, diff, at) "
        f"SELECT {_CONTEXT}, TG_TABLE_NAME, r.id, '%s', NULL, now() FROM %s r; RETURN NULL;"
    )
    update = (
        "INSERT INTO base_audit_change (event_id, object, record_id, op, diff, at) "
        f"SELECT {_CONTEXT}, TG_TABLE_NAME, n.id, 'U', d.diff, now() FROM new_rows n JOIN old_rows o ON o.id = n.id "
        f"CROSS JOIN LATERAL (SELECT kemai_diff(to_jsonb(o), to_jsonb(n), {skipped}) AS diff) d "
        "WHERE d.diff IS NOT NULL; RETURN NULL;"
    )
    after: dict[str, Any] = {"when": pgtrigger.After, "level": pgtrigger.Statement}
    return [
        pgtrigger.Trigger(
            name="audit_insert",
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=insert % ("I", "new_rows"),
            **after,
        ),
        pgtrigger.Trigger(
            name="audit_update",
            operation=pgtrigger.Update,
            referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
            func=update,
            **after,
        ),
        pgtrigger.Trigger(
            name="audit_delete",
            operation=pgtrigger.Delete,
            referencing=pgtrigger.Referencing(old="old_rows"),
            func=insert % ("D", "old_rows"),
            **after,
        ),
    ]


def record_indexes(
    table: str, *, sorts: tuple[str, ...], branches: tuple[str, ...] = (), search: bool = True
) -> list[models.Index]:
    """The indexes a list needs: every sort alone, and behind each column a scope branch filters by (decisions.md 1); and one of the few
    that lie in the recycle bin.

    ``table`` is a short name unique in the schema; index names are limited to 30 characters.
    """
    live = models.Q(deleted_at__isnull=True)
    found = [
        models.Index(fields=[*lead, sort, "id"], name=_index_name(table, *lead, sort), condition=live)
        for sort in sorts
        for lead in ((), *((b,) for b in branches))
    ]
    in_bin = models.Q(deleted_at__isnull=False)
    found.append(models.Index(fields=["deleted_at", "id"], name=_index_name(table, "bin"), condition=in_bin))
    if search:
        found += [
            GinIndex(fields=["search_terms"], name=_index_name(table, "terms")),
            GinIndex(fields=["private_terms"], name=_index_name(table, "private")),
        ]
    return found


def _index_name(table: str, *columns: str) -> str:
    return f"{table}_{'_'.join(c.removesuffix('_id')[:9] for c in columns)}_ix"[:30]


class Record(models.Model):
    """What every kind of record has. Business tables inherit it and its Meta."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    created_by = models.UUIDField(null=True)
    updated_at = models.DateTimeField(default=now)
    updated_by = models.UUIDField(null=True)
    deleted_at = models.DateTimeField(null=True)
    deletion_id = models.UUIDField(null=True)
    custom = models.JSONField(default=dict)
    search_terms = ArrayField(models.TextField(), default=list)
    private_terms = ArrayField(models.TextField(), default=list)
    search_text = models.TextField(default="")
    holds = Holds(derived="custom search_terms private_terms search_text name_sort")

    class Meta:
        abstract = True


class ExchangeRate(Record):
    """What one unit of a currency is worth in the company's own from a day on (PLT-7)."""

    name = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    valid_from = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=6)
    source = models.CharField(max_length=100, default="")
    holds = Holds(WITH_COMPANY, public="name currency valid_from rate source")

    class Meta(Record.Meta):
        triggers = audited("name")
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "valid_from"],
                name="exchange_rate_once",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="exchange_rate_positive"),
        ]
        indexes = record_indexes("xrate", sorts=("updated_at", "valid_from"))


class AuditEvent(models.Model):
    """One act of one person or job: a request, a sign-in, an export."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=now)
    actor_id = models.UUIDField(null=True)
    actor_name = models.TextField(default="")
    action = models.TextField()
    object = models.TextField(default="")
    record_id = models.UUIDField(null=True)
    reason = models.TextField(default="")
    data = models.JSONField(null=True)
    address = models.TextField(default="")
    request_id = models.TextField(default="")
    holds = Holds(WITH_AUDIT, internal="action object request_id", personal="actor_name reason data address")

    class Meta:
        indexes = [
            models.Index(fields=["record_id", "id"], name="audit_event_record_ix"),
            models.Index(fields=["actor_id", "id"], name="audit_event_actor_ix"),
            models.Index(fields=["action", "id"], name="audit_event_action_ix"),
            models.Index(fields=["at"], name="audit_event_at_ix"),
        ]


class AuditChange(models.Model):
    """What one event changed in one row. Partitioned by month; written by the triggers of :func:`audited` alone."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(AuditEvent, on_delete=models.DO_NOTHING, db_constraint=False, related_name="changes")
    object = models.TextField()
    record_id = models.UUIDField()
    op = models.CharField(max_length=1)
    diff = models.JSONField(null=True)
    at = models.DateTimeField()
    holds = Holds(WITH_AUDIT, internal="object op", personal="diff")

    class Meta:
        managed = False
        db_table = "base_audit_change"


class AuditSeal(models.Model):
    """The digest of a settled block of audit rows, chained to the block before (:mod:`kemai.base.seals`). Append-only."""

    id = models.BigAutoField(primary_key=True)
    audited = models.TextField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.IntegerField()
    digest = models.BinaryField()
    at = models.DateTimeField()
    holds = Holds(WITH_AUDIT, internal="audited digest")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audited", "last_id"], name="audit_seal_once")]


class AuditErasure(models.Model):
    """That what a sealed audit row told of a person was erased (P-4): the digests it had before and has after, and the event that says
    by whose decision. Append-only. The chain goes on through the digest before; what the row says since is held to the digest after."""

    id = models.BigAutoField(primary_key=True)
    audited = models.TextField()
    row_id = models.BigIntegerField()
    before = models.BinaryField()
    after = models.BinaryField()
    event_id = models.BigIntegerField()
    holds = Holds(WITH_AUDIT, internal="audited before after")

    class Meta:
        indexes = [models.Index(fields=["audited", "row_id", "id"], name="audit_erasure_row_ix")]


class AuditFence(models.Model):
    """Up to where the next round of sealing may go, once the transactions running now have ended."""

    audited = models.TextField(primary_key=True)
    last_id = models.BigIntegerField()
    running = models.TextField()
    at = models.DateTimeField()
    holds = Holds(WITH_AUDIT, internal="audited running")


class OutboxEvent(models.Model):
    """Something that happened, stored in the transaction that made it happen; the dispatcher hands it to subscribers."""

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    object = models.TextField(default="")
    record_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)
    dispatched_at = models.DateTimeField(null=True)
    holds = Holds(days(7), internal="kind object", personal="payload")

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="outbox_waiting_ix", condition=models.Q(dispatched_at__isnull=True)),
            models.Index(fields=["dispatched_at"], name="outbox_done_ix"),
        ]


class Delivery(models.Model):
    """That one subscriber has handled one event: makes at-least-once delivery take effect once."""

    id = models.BigAutoField(primary_key=True)
    outbox_id = models.BigIntegerField()
    subscriber = models.TextField()
    at = models.DateTimeField(default=now)
    holds = Holds(days(8), internal="subscriber")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outbox_id", "subscriber"], name="delivery_once")]


class Job(models.Model):
    """Long work somebody started and may watch: bulk changes, imports, exports."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.TextField()
    label = models.TextField(default="")
    actor_id = models.UUIDField()
    state = models.TextField(default="waiting")
    params = models.JSONField(default=dict)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    succeeded = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    failures = models.JSONField(default=list)
    result = models.JSONField(default=dict)
    undo = models.UUIDField(null=True)
    undo_until = models.DateTimeField(null=True)
    cancel_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    holds = Holds(WITH_COMPANY, internal="kind state", personal="label params failures result")

    class Meta:
        indexes = [models.Index(fields=["actor_id", "-created_at"], name="job_actor_ix")]


class StoredFile(models.Model):
    """A file: the row first (pending), then the bytes (ready). Bytes are addressed by their SHA-256 and never overwritten."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField()
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="")
    state = models.TextField(default="pending")
    purpose = models.TextField(default="upload")
    object = models.TextField(default="")
    record_id = models.UUIDField(null=True)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True)
    holds = Holds(UNTIL_EXPIRY, internal="sha256 state purpose object", personal="name")

    class Meta:
        indexes = [models.Index(fields=["object", "record_id"], name="file_parent_ix")]


class Epoch(models.Model):
    """How often something every process keeps in memory has changed (:mod:`kemai.base.epochs`)."""

    code = models.TextField(primary_key=True)
    value = models.BigIntegerField(default=0)
    holds = Holds(WITH_COMPANY, internal="code")


class ParameterValue(models.Model):
    """A number or choice the business has tuned away from its declared default."""

    code = models.TextField(primary_key=True)
    value = models.JSONField()
    updated_at = models.DateTimeField(default=now)
    updated_by = models.UUIDField(null=True)
    holds = Holds(WITH_COMPANY, internal="code value")


class IdempotencyKey(models.Model):
    """The answer once given to a keyed request, replayed for 24 hours to the same person on the same route."""

    id = models.BigAutoField(primary_key=True)
    actor_id = models.UUIDField()
    route = models.TextField()
    key = models.TextField()
    body_hash = models.CharField(max_length=64)
    status = models.IntegerField(null=True)
    headers = models.JSONField(default=dict)
    answer = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=now)
    holds = Holds(days(1), internal="route key body_hash headers", personal="answer")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor_id", "route", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age_ix")]


class RateCounter(models.Model):
    """How often something sensitive was done in the current window; exact over all processes (decisions.md 19)."""

    key = models.TextField(primary_key=True)
    window_start = models.DateTimeField()
    count = models.IntegerField(default=0)
    holds = Holds(days(1), internal="key")


class Operation(models.Model):
    """Something somebody did to records, as the log of operations shows it, and how it can be taken back (PLT-9).

    ``kind`` names the registered inverse (empty: there is none), ``payload`` is what it needs. ``events`` are the audit events that hold
    what was changed: an inverse of edits reads the old values there and keeps no second copy. ``parent``: the bulk work it was part of.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.TextField(default="")
    actor_id = models.UUIDField()
    action = models.TextField(default="")
    object = models.TextField(default="")
    record_id = models.UUIDField(null=True)
    label = models.TextField(default="")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="parts")
    job_id = models.UUIDField(null=True)
    succeeded = models.IntegerField(default=1)
    failed = models.IntegerField(default=0)
    events = ArrayField(models.BigIntegerField(), default=list)
    payload: Any = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True)
    state = models.TextField(default="done")
    """``done``, ``undoing``, ``undone`` or ``partly`` (some of it was taken back)."""
    undone_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)
    undo_job = models.UUIDField(null=True)
    taken_back = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)
    holds = Holds(WITH_COMPANY, internal="kind action object events state", personal="label payload")

    class Meta:
        indexes = [
            models.Index(fields=["actor_id", "-created_at"], name="operation_actor_ix"),
            models.Index(fields=["-created_at"], name="operation_at_ix", condition=models.Q(parent__isnull=True)),
        ]


class ClockBeat(models.Model):
    """What the clocks said at the last look (:mod:`kemai.base.beats`): one row."""

    id = models.IntegerField(primary_key=True, default=1)
    at = models.DateTimeField()
    boot = models.TextField()
    ticks = models.FloatField()
    jumped_at = models.DateTimeField(null=True)
    jumped_by = models.FloatField(null=True)
    holds = Holds(WITH_COMPANY, internal="boot ticks jumped_by")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="clock_beat_single")]


class ParkedJob(models.Model):
    """A job of the queue that was tried in vain and waits for an administrator (:mod:`kemai.base.queue`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    queued_as = models.BigIntegerField(unique=True)
    """Its number when it was in the queue."""
    queue = models.TextField()
    task = models.TextField()
    lock = models.TextField(null=True)
    queueing_lock = models.TextField(null=True)
    arguments = models.JSONField()
    tries = models.IntegerField()
    reason = models.TextField()
    detail = models.TextField(default="")
    """Of an error its kinds and where it rose, never its words."""
    parked_at = models.DateTimeField()
    told = models.BooleanField(default=False)
    """Whether the administrators have had a message of it."""
    holds = Holds(days(90), internal="queue task lock queueing_lock arguments reason detail")

    class Meta:
        indexes = [
            models.Index(fields=["-parked_at", "-id"], name="parked_at_ix"),
            models.Index(
                fields=["queueing_lock"], name="parked_lock_ix", condition=models.Q(queueing_lock__isnull=False)
            ),
        ]
