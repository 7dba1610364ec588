"""Consents, requests of persons about their data, and what has been erased."""

from __future__ import annotations

from typing import Any

from django.db import models

from kemai.accounts.models import User
from kemai.base.models import Record, audited, record_indexes
from kemai.base.privacy import WITH_COMPANY, WITH_RECORD, Holds
from kemai.customers.models import Contact, Held
from kemai.kit.clock import now
from kemai.kit.ids import new_id


class Consent(Held, Record):
    """That a person agreed to a use of his data (ORG-10): for what, when, how, to whom; and when he took it back.

    Of a contact, or of the customer himself where he is a person.
    """

    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    purpose = models.CharField(max_length=20)
    channel = models.CharField(max_length=20, default="")
    given_on = models.DateField()
    obtained_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_on = models.DateField(null=True)
    evidence = models.TextField(default="")
    holds = Holds(WITH_RECORD, internal="purpose channel given_on withdrawn_on", personal="evidence")

    class Meta(Record.Meta):
        triggers = audited("holder_id", "holder_department_id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_on__isnull=True) | models.Q(withdrawn_on__gte=models.F("given_on")),
                name="consent_withdrawn_later",
            )
        ]
        indexes = [
            *record_indexes(
                "consent", sorts=("updated_at", "given_on"), branches=("holder_id", "holder_department_id")
            ),
            models.Index(fields=["customer", "given_on", "id"], name="consent_customer_ix"),
            models.Index(
                fields=["contact", "given_on", "id"],
                name="consent_contact_ix",
                condition=models.Q(contact__isnull=False),
            ),
        ]


class SubjectRequest(Record):
    """What a person asks about his data: a copy, a correction, its erasure (P-4, P-5). To be answered by ``due_on``.

    ``with_content``: erased is also what was written down of talks with him, not only who he is. ``job_id`` does the work, ``file_id`` is
    the copy, ``outcome`` what came of it.
    """

    kind = models.CharField(max_length=12)
    subject_object = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    asked = models.CharField(max_length=300)
    received_on = models.DateField()
    due_on = models.DateField()
    with_content = models.BooleanField(default=False)
    status = models.CharField(max_length=12, default="open")
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, default="")
    reminded_on = models.DateField(null=True)
    job_id = models.UUIDField(null=True)
    file_id = models.UUIDField(null=True)
    outcome: Any = models.JSONField(default=dict)
    holds = Holds(
        WITH_RECORD,
        internal="kind subject_object received_on due_on status reminded_on outcome",
        personal="asked answer",
    )

    class Meta(Record.Meta):
        triggers = audited("reminded_on", "job_id", "file_id", "outcome")
        indexes = [
            *record_indexes("subjectreq", sorts=("updated_at", "due_on"), branches=("created_by",)),
            models.Index(fields=["subject_id", "due_on", "id"], name="subject_request_of_ix"),
            models.Index(
                fields=["status", "due_on", "id"],
                name="subject_request_open_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
        ]


class Erased(models.Model):
    """A record whose person was erased: it stays for the books under a pseudonym, frozen. ``trace`` is what the audit knows it by."""

    id = models.UUIDField(primary_key=True, default=new_id)
    object = models.CharField(max_length=60)
    record_id = models.UUIDField()
    trace = models.UUIDField()
    at = models.DateTimeField(default=now)
    holds = Holds(WITH_COMPANY, internal="object")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object", "record_id"], name="erased_once")]
        indexes = [models.Index(fields=["trace"], name="erased_trace_ix")]
