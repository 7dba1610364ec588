"""Leads: people and companies that may become customers (SAL-1)."""

from __future__ import annotations

from django.db import models

from kemai.base.models import Record, audited, record_indexes
from kemai.base.privacy import WITH_RECORD, Holds
from kemai.customers.models import POOLED_COMPUTED, Contact, Customer, Pooled, owned_or_pooled
from kemai.kit.clock import now
from kemai.sales.models.deals import Opportunity


class Lead(Pooled, Record):
    """Somebody who may become a customer. Owned by one person, or lying in one pool: never both, never neither."""

    number = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, default="company")
    name = models.CharField(max_length=200)
    name_sort = models.TextField(default="")
    person = models.CharField(max_length=60, default="")
    title = models.CharField(max_length=60, default="")
    phone = models.CharField(max_length=60, default="")
    email = models.CharField(max_length=200, default="")
    wechat = models.CharField(max_length=60, default="")
    website = models.CharField(max_length=300, default="")
    industry = models.CharField(max_length=60, default="")
    region = models.CharField(max_length=60, default="")
    address = models.CharField(max_length=300, default="")
    source = models.CharField(max_length=60, default="")
    campaign = models.CharField(max_length=60, default="")
    need = models.TextField(default="")
    budget = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    wanted_on = models.DateField(null=True)
    # Where it came from on the web
    utm_source = models.CharField(max_length=100, default="")
    utm_medium = models.CharField(max_length=100, default="")
    utm_campaign = models.CharField(max_length=100, default="")
    landing = models.CharField(max_length=500, default="")
    # How far it is
    status = models.CharField(max_length=12, default="new")
    status_since = models.DateTimeField(default=now)
    unqualified_reason = models.CharField(max_length=60, default="")
    status_note = models.TextField(default="")
    respond_by = models.DateTimeField(null=True)
    responded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    last_activity_at = models.DateTimeField(null=True)
    next_contact_at = models.DateTimeField(null=True)
    score = models.IntegerField(default=0)
    score_parts = models.JSONField(default=list)
    # What it became
    converted_at = models.DateTimeField(null=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    opportunity = models.ForeignKey(Opportunity, null=True, on_delete=models.SET_NULL, related_name="+")
    conversion = models.JSONField(default=dict)
    holds = Holds(
        WITH_RECORD,
        internal=(
            "number kind industry region source campaign budget wanted_on utm_source utm_medium utm_campaign "
            "status unqualified_reason score_parts conversion"
        ),
        personal="name person title phone email wechat website address need landing status_note",
    )

    class Meta(Record.Meta):
        triggers = audited(
            "score",
            "score_parts",
            "last_activity_at",
            "next_contact_at",
            "status_since",
            "escalated_at",
            "respond_by",
            "conversion",
            *POOLED_COMPUTED,
        )
        constraints = [
            owned_or_pooled("lead_owned_or_pooled"),
            models.CheckConstraint(
                condition=models.Q(status="converted", converted_at__isnull=False)
                | (~models.Q(status="converted") & models.Q(converted_at__isnull=True)),
                name="lead_converted_when_converted",
            ),
            models.CheckConstraint(
                condition=models.Q(budget__isnull=True) | models.Q(budget__gte=0), name="lead_budget_positive"
            ),
        ]
        indexes = [
            *record_indexes(
                "lead",
                sorts=("updated_at", "created_at", "name_sort", "score", "recycle_on"),
                branches=("owner_id", "department_id"),
            ),
            models.Index(
                fields=["pool", "updated_at", "id"], name="lead_pool_ix", condition=models.Q(pool__isnull=False)
            ),
            models.Index(
                fields=["owner", "status", "updated_at", "id"],
                name="lead_owner_status_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["status", "updated_at", "id"],
                name="lead_status_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["customer", "id"], name="lead_customer_ix", condition=models.Q(customer__isnull=False)
            ),
            models.Index(
                fields=["source", "updated_at", "id"],
                name="lead_source_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(fields=["phone"], name="lead_phone_ix", condition=~models.Q(phone="")),
            models.Index(
                fields=["respond_by"],
                name="lead_respond_ix",
                condition=models.Q(responded_at__isnull=True, respond_by__isnull=False, deleted_at__isnull=True),
            ),
        ]
