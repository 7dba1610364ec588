"""What people do with customers: follow-ups and tasks."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kemai.accounts.models import Department, User
from kemai.base.figures import Kept, keep_figures
from kemai.base.models import Record, audited, record_indexes
from kemai.base.privacy import WITH_COMPANY, WITH_RECORD, Holds
from kemai.customers.models import Contact, Customer, Held
from kemai.kit.clock import now

#: The zone whose days follow-ups are counted by; a month of another zone adds the hours at its edges (decisions/032).
FIGURES_ZONE = "Asia/Shanghai"
#: Follow-ups per day, channel, person and holder.
DAY_FIGURES = Kept(
    "activities_dayfigure",
    {
        **{c: c for c in ("owner_id", "department_id", "holder_id", "holder_department_id", "channel")},
        "day": f"(occurred_at AT TIME ZONE '{FIGURES_ZONE}')::date",
    },
    {"count": "1"},
)


class Interaction(Held, Record):
    """One contact with a customer, or with a lead that is none yet, by any channel (ACT-1). Lead and opportunity are keys only: sales
    sits above this domain."""

    customer = models.ForeignKey(  # type: ignore[assignment]
        Customer, null=True, on_delete=models.PROTECT, related_name="+"
    )
    lead_id = models.UUIDField(null=True)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    opportunity_id = models.UUIDField(null=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20, default="phone")
    content = models.TextField()
    outcome = models.CharField(max_length=20, default="")
    next_step = models.CharField(max_length=300, default="")
    occurred_at = models.DateTimeField(default=now)
    next_contact_at = models.DateTimeField(null=True)
    # What was thought of before, during and after the contact (ACT-2), and the occasion of a greeting (ACT-9)
    prepared = ArrayField(models.TextField(), default=list)
    covered = ArrayField(models.TextField(), default=list)
    settled = ArrayField(models.TextField(), default=list)
    occasion = models.CharField(max_length=20, default="")
    holds = Holds(
        WITH_RECORD,
        internal="channel outcome prepared covered settled occasion",
        personal="content next_step",
    )

    class Meta(Record.Meta):
        triggers = [*audited("holder_id", "holder_department_id"), *keep_figures(DAY_FIGURES)]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(customer__isnull=False) | models.Q(lead_id__isnull=False),
                name="interaction_with_somebody",
            )
        ]
        indexes = [
            *record_indexes(
                "act",
                sorts=("occurred_at",),
                branches=("owner_id", "department_id", "holder_id", "holder_department_id"),
            ),
            models.Index(
                fields=["updated_at", "id"], name="act_updated_ix", condition=models.Q(deleted_at__isnull=True)
            ),
            models.Index(
                fields=["channel", "occurred_at", "id"],
                name="act_channel_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(fields=["customer", "occurred_at", "id"], name="act_customer_ix"),
            models.Index(
                fields=["opportunity_id", "occurred_at", "id"],
                name="act_opportunity_ix",
                condition=models.Q(opportunity_id__isnull=False),
            ),
            models.Index(
                fields=["lead_id", "occurred_at", "id"],
                name="act_lead_ix",
                condition=models.Q(lead_id__isnull=False),
            ),
            models.Index(
                fields=["contact", "occurred_at", "id"],
                name="act_contact_ix",
                condition=models.Q(contact__isnull=False),
            ),
        ]


class DayFigure(models.Model):
    """How many follow-ups a person made on a day by a channel, per holder of the customer. Written by triggers only."""

    id = models.BigAutoField(primary_key=True)
    owner_id = models.UUIDField()
    department_id = models.UUIDField(null=True)
    holder_id = models.UUIDField(null=True)
    holder_department_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=20)
    day = models.DateField()
    count = models.BigIntegerField(default=0)
    holds = Holds(WITH_COMPANY, internal="channel day")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner_id", "department_id", "holder_id", "holder_department_id", "channel", "day"],
                name="day_figure_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["day"], name="day_figure_day_ix"),
            *(
                models.Index(fields=[column, "day"], name=f"day_figure_{name}_ix")
                for column, name in (
                    ("owner_id", "owner"),
                    ("department_id", "dept"),
                    ("holder_id", "holder"),
                    ("holder_department_id", "hdept"),
                )
            ),
        ]


class Task(Record):
    """Something to do, linked to any record (ACT-4)."""

    title = models.CharField(max_length=200)
    name_sort = models.TextField(default="")
    description = models.TextField(default="")
    assignee = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    priority = models.CharField(max_length=10, default="normal")
    status = models.CharField(max_length=10, default="open")
    progress = models.IntegerField(default=0)
    repeat = models.CharField(max_length=10, default="")
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    related_object = models.CharField(max_length=60, default="")
    related_id = models.UUIDField(null=True)
    done_at = models.DateTimeField(null=True)
    holds = Holds(WITH_RECORD, internal="priority status repeat related_object", personal="title description")

    class Meta(Record.Meta):
        triggers = audited("reminded_at")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(progress__gte=0, progress__lte=100), name="task_progress_percent"
            ),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="task_not_own_parent"),
        ]
        indexes = [
            *record_indexes(
                "task",
                sorts=("updated_at", "due_at", "name_sort"),
                branches=("assignee_id", "created_by", "department_id"),
            ),
            models.Index(
                fields=["related_id", "due_at", "id"],
                name="task_related_ix",
                condition=models.Q(related_id__isnull=False),
            ),
            models.Index(
                fields=["remind_at"],
                name="task_remind_ix",
                condition=models.Q(reminded_at__isnull=True, remind_at__isnull=False, status="open"),
            ),
        ]
