"""Sequences of contacts over weeks: what they say, who is in one, what was done (ACT-6)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kemai.accounts.models import Department, User
from kemai.activities.models.work import Task
from kemai.base.models import Record, audited, record_indexes
from kemai.base.privacy import WITH_COMPANY, WITH_RECORD, Holds
from kemai.customers.models import Held
from kemai.kit.ids import new_id


class Sequence(Record):
    """An order of contacts. ``on_won``: a customer enters it when an opportunity of his is won."""

    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, default="")
    name_sort = models.TextField(default="")
    description = models.TextField(default="")
    active = models.BooleanField(default=True)
    on_won = models.BooleanField(default=False)
    stop_on_lost = models.BooleanField(default=True)
    stop_outcomes = ArrayField(models.TextField(), default=list)
    holds = Holds(WITH_COMPANY, internal="name name_en description stop_outcomes")

    class Meta(Record.Meta):
        triggers = audited()
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="sequence_name_once", condition=models.Q(deleted_at__isnull=True)
            )
        ]
        indexes = record_indexes("sequence", sorts=("updated_at", "name_sort"))


class SequenceStep(Record):
    """One contact of a sequence, ``offset_days`` after the one before it was done (the first: after the start)."""

    sequence = models.ForeignKey(Sequence, on_delete=models.PROTECT, related_name="steps")
    position = models.IntegerField(default=0)
    title = models.CharField(max_length=120)
    channels = ArrayField(models.TextField(), default=list)
    offset_days = models.IntegerField(default=0)
    working_days = models.BooleanField(default=False)
    guidance = models.TextField(default="")
    holds = Holds(WITH_COMPANY, internal="title channels guidance")

    class Meta(Record.Meta):
        triggers = audited()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(offset_days__gte=0, offset_days__lte=3650), name="sequence_step_offset"
            )
        ]
        indexes = record_indexes("seqstep", sorts=("updated_at", "position"))


class Enrollment(Held, Record):
    """A customer in a sequence. ``next_on`` is when the next step's task is due to be made; null while a task of it is open."""

    sequence = models.ForeignKey(Sequence, on_delete=models.PROTECT, related_name="+")
    opportunity_id = models.UUIDField(null=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    started_on = models.DateField()
    status = models.CharField(max_length=10, default="active")
    next_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    stop_reason = models.CharField(max_length=300, default="")
    remark = models.CharField(max_length=300, default="")
    holds = Holds(WITH_RECORD, internal="started_on status next_on ended_on stop_reason", personal="remark")

    class Meta(Record.Meta):
        triggers = audited("holder_id", "holder_department_id")
        constraints = [
            models.UniqueConstraint(
                fields=["sequence", "customer"],
                name="enrollment_once",
                condition=models.Q(deleted_at__isnull=True, status__in=("active", "paused")),
            )
        ]
        indexes = [
            *record_indexes(
                "enroll",
                sorts=("updated_at",),
                branches=("owner_id", "department_id", "holder_id", "holder_department_id"),
            ),
            models.Index(fields=["customer", "started_on", "id"], name="enroll_customer_ix"),
            models.Index(
                fields=["next_on", "id"],
                name="enroll_due_ix",
                condition=models.Q(status="active", next_on__isnull=False, deleted_at__isnull=True),
            ),
        ]


class EnrollmentStep(models.Model):
    """A step as one customer goes through it: its task, and how it ended."""

    id = models.UUIDField(primary_key=True, default=new_id)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="steps")
    step = models.ForeignKey(SequenceStep, on_delete=models.PROTECT, related_name="+")
    position = models.IntegerField()
    due_on = models.DateField()
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, default="open")
    ended_at = models.DateTimeField(null=True)
    interaction_id = models.UUIDField(null=True)
    holds = Holds(WITH_RECORD, internal="due_on state")

    class Meta:
        triggers = audited()
        constraints = [models.UniqueConstraint(fields=["enrollment", "step"], name="enrollment_step_once")]
        indexes = [models.Index(fields=["task"], name="enroll_step_task_ix", condition=models.Q(task__isnull=False))]
