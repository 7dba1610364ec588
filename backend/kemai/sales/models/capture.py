"""How leads arrive and what happens to them then: web forms, their submissions, rules of scoring and assignment (SAL-1, MKT-5)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kemai.accounts.models import User
from kemai.base.models import Record, audited, record_indexes
from kemai.base.privacy import WITH_COMPANY, WITH_RECORD, Holds
from kemai.customers.models import Pool
from kemai.kit.clock import now
from kemai.kit.ids import new_id
from kemai.sales.models.catalogue import LIVING


class WebForm(Record):
    """A form anybody may fill in without signing in; each submission becomes a lead."""

    name = models.CharField(max_length=60)
    name_sort = models.TextField(default="")
    slug = models.CharField(max_length=32)
    active = models.BooleanField(default=True)
    title_zh = models.CharField(max_length=100, default="")
    title_en = models.CharField(max_length=100, default="")
    intro_zh = models.TextField(default="")
    intro_en = models.TextField(default="")
    thanks_zh = models.TextField(default="")
    thanks_en = models.TextField(default="")
    consent_zh = models.TextField(default="")
    consent_en = models.TextField(default="")
    fields = models.JSONField(default=list)
    origins = ArrayField(models.TextField(), default=list)
    source = models.CharField(max_length=60, default="")
    campaign = models.CharField(max_length=60, default="")
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    pool = models.ForeignKey(Pool, null=True, on_delete=models.PROTECT, related_name="+")
    holds = Holds(
        WITH_COMPANY,
        public="title_zh title_en intro_zh intro_en thanks_zh thanks_en consent_zh consent_en slug",
        internal="name fields origins source campaign",
    )

    class Meta(Record.Meta):
        triggers = audited()
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="web_form_slug_once"),
            models.UniqueConstraint(fields=["name"], name="web_form_once", condition=LIVING),
        ]
        indexes = record_indexes("webform", sorts=("updated_at", "name_sort"))


class FormSubmission(models.Model):
    """What somebody sent, as it was, with what he consented to. Addresses are kept as a keyed hash only."""

    id = models.UUIDField(primary_key=True, default=new_id)
    form = models.ForeignKey(WebForm, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    lead_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=10)
    reason = models.CharField(max_length=40, default="")
    address_hash = models.CharField(max_length=64, default="")
    consent = models.TextField(default="")
    payload = models.JSONField(default=dict)
    origin = models.JSONField(default=dict)
    holds = Holds(WITH_RECORD, internal="outcome origin", personal="reason address_hash consent payload")

    class Meta:
        triggers = audited()
        indexes = [
            models.Index(fields=["form", "at"], name="submission_form_ix"),
            models.Index(
                fields=["lead_id", "at"], name="submission_lead_ix", condition=models.Q(lead_id__isnull=False)
            ),
        ]


class LeadRule(models.Model):
    """A line of the scoring or assignment rules, in order. ``condition`` is a filter over leads; empty: always."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=10)
    position = models.IntegerField(default=0)
    name = models.CharField(max_length=60)
    active = models.BooleanField(default=True)
    condition = models.JSONField(null=True)
    points = models.IntegerField(default=0)
    target_kind = models.CharField(max_length=10, default="")
    target_id = models.UUIDField(null=True)
    last_user_id = models.UUIDField(null=True)
    holds = Holds(WITH_COMPANY, internal="kind name condition target_kind")

    class Meta:
        triggers = audited("last_user_id")
        indexes = [models.Index(fields=["kind", "position"], name="lead_rule_ix")]
