"""Morning sheets and reports of work: what people say of a day, a week, a month, and the numbers of that moment (ACT-7)."""

from __future__ import annotations

from django.db import models

from kemai.accounts.models import Department, User
from kemai.base.models import Record, audited, record_indexes
from kemai.base.privacy import WITH_RECORD, Holds
from kemai.kit.clock import now
from kemai.kit.ids import new_id


class Report(Record):
    """One person's sheet for a period that begins on a day. ``snapshot``: the numbers as they were when it was handed in."""

    kind = models.CharField(max_length=10)
    begins_on = models.DateField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, default="draft")
    places = models.TextField(default="")
    deals = models.TextField(default="")
    problems = models.TextField(default="")
    plans = models.TextField(default="")
    expected = models.TextField(default="")
    snapshot = models.JSONField(default=list)
    submitted_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    holds = Holds(
        WITH_RECORD,
        internal="kind begins_on status",
        personal="places deals problems plans expected snapshot",
    )

    class Meta(Record.Meta):
        triggers = audited()
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "begins_on"], name="report_once", condition=models.Q(deleted_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft", submitted_at__isnull=True)
                | models.Q(status="submitted", submitted_at__isnull=False),
                name="report_dated_when_submitted",
            ),
        ]
        indexes = [
            *record_indexes("report", sorts=("updated_at", "begins_on"), branches=("owner_id", "department_id")),
            models.Index(fields=["begins_on", "kind", "owner"], name="report_day_ix"),
        ]


class ReportComment(models.Model):
    """What somebody who reads a report says to it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=2000)
    at = models.DateTimeField(default=now)
    holds = Holds(WITH_RECORD, personal="text")

    class Meta:
        triggers = audited()
        indexes = [models.Index(fields=["report", "at"], name="report_comment_ix")]
