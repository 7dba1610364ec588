"""What we sell, and against whom (SAL-5 first part, SAL-16)."""

from __future__ import annotations

from django.db import models

from kemai.base.models import Record, audited, record_indexes
from kemai.base.privacy import WITH_COMPANY, Holds

LIVING = models.Q(deleted_at__isnull=True)


class Product(Record):
    """Something sold by the unit at a list price."""

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    name_sort = models.TextField(default="")
    category = models.CharField(max_length=60, default="")
    unit = models.CharField(max_length=20, default="")
    price = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    active = models.BooleanField(default=True)
    description = models.TextField(default="")
    holds = Holds(WITH_COMPANY, public="code name category unit price description")

    class Meta(Record.Meta):
        triggers = audited()
        constraints = [
            models.UniqueConstraint(fields=["code"], name="product_code_once", condition=LIVING),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="product_price_positive"),
        ]
        indexes = record_indexes("product", sorts=("updated_at", "name_sort", "code"))


class Competitor(Record):
    """A company that sells what we sell, and how to meet it."""

    name = models.CharField(max_length=100)
    name_sort = models.TextField(default="")
    website = models.CharField(max_length=300, default="")
    products = models.CharField(max_length=500, default="")
    strengths = models.TextField(default="")
    weaknesses = models.TextField(default="")
    battle_card = models.TextField(default="")
    active = models.BooleanField(default=True)
    holds = Holds(WITH_COMPANY, internal="name website products strengths weaknesses battle_card")

    class Meta(Record.Meta):
        triggers = audited()
        constraints = [models.UniqueConstraint(fields=["name"], name="competitor_once", condition=LIVING)]
        indexes = record_indexes("compet", sorts=("updated_at", "name_sort"))
