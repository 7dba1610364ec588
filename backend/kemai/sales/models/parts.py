"""What belongs to one opportunity: lines, buying committee, competitors, team, plan of steps, checklist, requests to hand it over.

Each row carries who works and who holds the opportunity, so that rights over it are those over the opportunity (decision 006).
"""

from __future__ import annotations

from typing import Any

from django.db import models

from kemai.accounts.models import User
from kemai.base.models import Record, audited, record_indexes
from kemai.base.privacy import WITH_COMPANY, WITH_RECORD, Holds
from kemai.customers.models import Contact, Held
from kemai.kit.clock import now
from kemai.kit.ids import new_id
from kemai.sales.models.catalogue import LIVING, Competitor, Product
from kemai.sales.models.deals import Opportunity, Stage

FOLLOWS = ("owner_id", "department_id", "holder_id", "holder_department_id")


class Part(Held, Record):
    """A row of an opportunity; ``FOLLOWS`` and the customer are kept by the service (:func:`follow_opportunities`)."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="+")
    owner_id = models.UUIDField(null=True)
    department_id = models.UUIDField(null=True)

    class Meta:
        abstract = True


def part_indexes(table: str, *more: str) -> list[models.Index]:
    """A list's indexes, and one for the rows of an opportunity."""
    return [
        *record_indexes(table, sorts=("updated_at", *more), branches=FOLLOWS, search=True),
        models.Index(fields=["opportunity", "updated_at", "id"], name=f"{table}_opp_ix"),
        models.Index(fields=["customer", "id"], name=f"{table}_cust_ix"),
    ]


def part_triggers(*computed: str) -> list[Any]:
    """History of what people write; what follows the opportunity is left out."""
    return audited("customer_id", *FOLLOWS, *computed)


class Line(Part):
    """So much of a product at a price. The opportunity's amount is the sum of its lines where it has any."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=18, decimal_places=4, default=1)
    price = models.DecimalField(max_digits=18, decimal_places=2)
    discount = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    remark = models.CharField(max_length=300, default="")
    holds = Holds(WITH_RECORD, internal="quantity price discount amount", personal="remark")

    class Meta(Record.Meta):
        triggers = part_triggers()
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="line_quantity_positive"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="line_price_positive"),
            models.CheckConstraint(
                condition=models.Q(discount__gte=0, discount__lte=100), name="line_discount_percent"
            ),
        ]
        indexes = [*part_indexes("line"), models.Index(fields=["product", "id"], name="line_product_ix")]


class CommitteeMember(Part):
    """A contact who has a say in the purchase."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, default="")
    attitude = models.CharField(max_length=20, default="")
    influence = models.CharField(max_length=20, default="")
    note = models.TextField(default="")
    holds = Holds(WITH_RECORD, internal="role attitude influence", personal="note")

    class Meta(Record.Meta):
        triggers = part_triggers()
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "contact"], name="committee_once", condition=LIVING)
        ]
        indexes = [*part_indexes("committee"), models.Index(fields=["contact", "id"], name="committee_contact_ix")]


class Contender(Part):
    """A competitor on an opportunity, and how it ended against him."""

    competitor = models.ForeignKey(Competitor, on_delete=models.PROTECT, related_name="+")
    threat = models.CharField(max_length=20, default="")
    result = models.CharField(max_length=10, default="open")
    note = models.TextField(default="")
    holds = Holds(WITH_RECORD, internal="threat result", personal="note")

    class Meta(Record.Meta):
        triggers = part_triggers()
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "competitor"], name="contender_once", condition=LIVING)
        ]
        indexes = [
            *part_indexes("contender"),
            models.Index(fields=["competitor", "result", "id"], name="contender_result_ix"),
        ]


class TeamSeat(Part):
    """A colleague who works on an opportunity beside its owner, through a share of the record."""

    member = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=60, default="")
    can_write = models.BooleanField(default=False)
    holds = Holds(WITH_RECORD, internal="role")

    class Meta(Record.Meta):
        triggers = part_triggers()
        constraints = [models.UniqueConstraint(fields=["opportunity", "member"], name="seat_once", condition=LIVING)]
        indexes = part_indexes("seat")


class Step(Part):
    """Who is responsible for a stage of an opportunity, and until when (SAL-18)."""

    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    responsible = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, default="")
    holds = Holds(WITH_RECORD, internal="due_on", personal="note")

    class Meta(Record.Meta):
        triggers = part_triggers()
        constraints = [models.UniqueConstraint(fields=["opportunity", "stage"], name="step_once", condition=LIVING)]
        indexes = part_indexes("step", "due_on")


class StageItem(models.Model):
    """A line of a stage's checklist. A required one is ticked before an opportunity may leave the stage forwards."""

    id = models.UUIDField(primary_key=True, default=new_id)
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="items")
    label = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200, default="")
    required = models.BooleanField(default=True)
    position = models.IntegerField(default=0)
    holds = Holds(WITH_COMPANY, internal="label label_en")

    class Meta:
        triggers = audited()
        indexes = [models.Index(fields=["stage", "position"], name="stage_item_ix")]


class Check(models.Model):
    """That a line of the checklist is done for an opportunity: by whom, when."""

    id = models.UUIDField(primary_key=True, default=new_id)
    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(StageItem, on_delete=models.CASCADE, related_name="+")
    by_id = models.UUIDField()
    at = models.DateTimeField(default=now)
    holds = Holds(WITH_RECORD)

    class Meta:
        triggers = audited()
        constraints = [models.UniqueConstraint(fields=["opportunity", "item"], name="check_once")]


class TransferRequest(Held, Record):
    """Somebody asks that an opportunity, alone or with its customer, or a customer, alone or with its open opportunities, be given to a
    colleague; a superior decides (SAL-17, POOL-5). Without an opportunity it is about the customer."""

    opportunity = models.ForeignKey(Opportunity, null=True, on_delete=models.PROTECT, related_name="+")
    requester_id = models.UUIDField()
    owner_id = models.UUIDField()
    department_id = models.UUIDField(null=True)
    to_owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    with_customer = models.BooleanField(default=False)
    with_opportunities = models.BooleanField(default=False)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=12, default="pending")
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, default="")
    holds = Holds(WITH_RECORD, internal="state", personal="reason answer")

    class Meta(Record.Meta):
        triggers = audited("holder_id", "holder_department_id")
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity"], name="transfer_pending_once", condition=models.Q(state="pending") & LIVING
            )
        ]
        indexes = [
            *record_indexes(
                "transfer", sorts=("updated_at",), branches=("requester_id", "to_owner_id", "owner_id", "department_id")
            ),
            models.Index(fields=["opportunity", "id"], name="transfer_opp_ix"),
        ]
