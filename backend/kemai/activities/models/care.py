"""How often customers are contacted, what was promised them, how they are cared for through the year."""

from __future__ import annotations

from django.db import models

from kemai.accounts.models import Department, User
from kemai.base.models import Record, audited, record_indexes
from kemai.base.privacy import UNTIL_EXPIRY, WITH_COMPANY, WITH_PERSON, WITH_RECORD, Holds
from kemai.customers.models import Contact, Held
from kemai.kit.clock import now
from kemai.kit.ids import new_id


class CadenceRule(Record):
    """Customers whose ``field`` is ``value`` are contacted every ``days`` days (ACT-3). The first rule that fits counts."""

    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, default="")
    field = models.CharField(max_length=40)
    value = models.CharField(max_length=40)
    days = models.IntegerField()
    working_days = models.BooleanField(default=False)
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)
    holds = Holds(WITH_COMPANY, internal="name name_en field value")

    class Meta(Record.Meta):
        triggers = audited()
        constraints = [
            models.UniqueConstraint(
                fields=["field", "value"], name="cadence_once", condition=models.Q(deleted_at__isnull=True)
            ),
            models.CheckConstraint(condition=models.Q(days__gte=1, days__lte=3650), name="cadence_days_positive"),
        ]
        indexes = record_indexes("cadence", sorts=("updated_at", "position"))


class WorklistPause(models.Model):
    """A customer or lead somebody put off until a day, or left out for today with a reason: his worklist is silent about it till then.

    ``record_id`` is the key alone, which no two records share, of whatever kind."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    record_id = models.UUIDField()
    kind = models.CharField(max_length=10)
    until_on = models.DateField()
    reason = models.CharField(max_length=300, default="")
    at = models.DateTimeField(default=now)
    holds = Holds(UNTIL_EXPIRY, internal="kind until_on", personal="reason")

    class Meta:
        triggers = audited()
        constraints = [models.UniqueConstraint(fields=["record_id", "user"], name="worklist_pause_once")]


class Promise(Held, Record):
    """Something promised to a customer, due on a day, kept or broken (ACT-10)."""

    content = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, default="expectation")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    status = models.CharField(max_length=10, default="open")
    settled_on = models.DateField(null=True)
    remark = models.TextField(default="")
    holds = Holds(WITH_RECORD, internal="kind due_on status settled_on", personal="content remark")

    class Meta(Record.Meta):
        triggers = audited("holder_id", "holder_department_id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="open", settled_on__isnull=True)
                | models.Q(status__in=("kept", "broken"), settled_on__isnull=False),
                name="promise_settled_when_settled",
            )
        ]
        indexes = [
            *record_indexes(
                "promise",
                sorts=("updated_at", "due_on"),
                branches=("owner_id", "department_id", "holder_id", "holder_department_id"),
            ),
            models.Index(fields=["customer", "due_on", "id"], name="promise_customer_ix"),
            models.Index(
                fields=["holder_id", "due_on"],
                name="promise_open_ix",
                condition=models.Q(status="open", deleted_at__isnull=True),
            ),
        ]


class PlannedContact(Held, Record):
    """A visit, review, invitation or greeting planned for a key account, and who meets whom (ACT-12)."""

    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, default="visit")
    planned_on = models.DateField()
    our_level = models.CharField(max_length=20, default="working")
    their_level = models.CharField(max_length=20, default="working")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, default="planned")
    done_on = models.DateField(null=True)
    result = models.TextField(default="")
    holds = Holds(WITH_RECORD, internal="kind planned_on our_level their_level status done_on", personal="title result")

    class Meta(Record.Meta):
        triggers = audited("holder_id", "holder_department_id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="done", done_on__isnull=False)
                | models.Q(status__in=("planned", "dropped"), done_on__isnull=True),
                name="planned_done_when_done",
            )
        ]
        indexes = [
            *record_indexes(
                "planned",
                sorts=("updated_at", "planned_on"),
                branches=("owner_id", "department_id", "holder_id", "holder_department_id"),
            ),
            models.Index(fields=["customer", "planned_on", "id"], name="planned_customer_ix"),
        ]


class GreetingTemplate(Record):
    """A greeting with places for names, for birthdays, anniversaries or a holiday (ACT-9)."""

    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, default="")
    occasion = models.CharField(max_length=20)
    holiday_on = models.DateField(null=True)
    text = models.TextField()
    active = models.BooleanField(default=True)
    holds = Holds(WITH_COMPANY, internal="name name_en occasion holiday_on text")

    class Meta(Record.Meta):
        triggers = audited()
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(occasion="holiday") | models.Q(holiday_on__isnull=False),
                name="greeting_holiday_has_day",
            )
        ]
        indexes = record_indexes("greeting", sorts=("updated_at",))


class CalendarFeed(models.Model):
    """One person's calendar for other programs, under an address that is a secret. Only its hash is kept (ACT-4)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60, default="")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=now)
    revoked_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    holds = Holds(WITH_PERSON, internal="name", hashed="token_hash")

    class Meta:
        triggers = audited("read_at")
        indexes = [models.Index(fields=["user", "created_at"], name="calendar_feed_user_ix")]
