"""Selling: pipelines, stages, opportunities, and the figures kept beside them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Round

from kemai.accounts.models import Department, User
from kemai.base.currencies import keep_rate
from kemai.base.epochs import moves
from kemai.base.figures import Kept, keep_figures
from kemai.base.models import Record, audited, record_indexes
from kemai.base.privacy import WITH_COMPANY, WITH_RECORD, Holds
from kemai.customers.models import Contact, Held
from kemai.kit.clock import now

#: The epoch of pipelines and stages, which a process keeps in memory.
PIPELINES = "pipelines"


class Pipeline(Record):
    """A way of selling: an order of stages, for everybody or for a department and what is below it. ``planned``: each opportunity gets a
    plan of its steps, with a responsible person and a date (SAL-18)."""

    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, default="")
    name_sort = models.TextField(default="")
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    planned = models.BooleanField(default=False)
    ready = models.CharField(max_length=20, default="")
    holds = Holds(WITH_COMPANY, internal="name name_en ready")

    class Meta(Record.Meta):
        triggers = [*audited(), *moves(PIPELINES)]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="pipeline_name_once", condition=models.Q(deleted_at__isnull=True)
            )
        ]
        indexes = record_indexes("pipe", sorts=("updated_at", "position", "name_sort"))


class Stage(Record):
    """A step of a pipeline. ``kind`` open, won or lost; an opportunity's status is its stage's kind."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="stages")
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, default="")
    name_sort = models.TextField(default="")
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, default="open")
    position = models.IntegerField(default=0)
    probability = models.IntegerField(default=0)
    rot_days = models.IntegerField(default=0)
    color = models.CharField(max_length=20, default="blue")
    guidance = models.TextField(default="")
    forecast = models.CharField(max_length=12, default="pipeline")
    required_fields = ArrayField(models.TextField(), default=list)
    holds = Holds(WITH_COMPANY, internal="name name_en code kind color guidance forecast required_fields")

    class Meta(Record.Meta):
        triggers = [*audited(), *moves(PIPELINES)]
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "code"], name="stage_code_once", condition=models.Q(deleted_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=models.Q(probability__gte=0, probability__lte=100), name="stage_probability_percent"
            ),
        ]
        indexes = record_indexes("stage", sorts=("updated_at", "position"))


#: The figures of the board: per stage and holder, how many opportunities and how much, in the company's currency.
STAGE_FIGURES = Kept(
    "sales_stagefigure",
    {c: c for c in ("stage_id", "owner_id", "department_id", "holder_id", "holder_department_id")},
    {"count": "1", "total": "COALESCE(round(amount * rate, 2), 0)"},
)


class Opportunity(Held, Record):
    """A chance to sell something to a customer (SAL-2)."""

    number = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    name_sort = models.TextField(default="")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, default="open")
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="CNY")
    # What one unit of the currency is worth in the company's: by trigger (PLT-7)
    rate = models.DecimalField(max_digits=18, decimal_places=6, default=1)
    expected_close_on = models.DateField(null=True)
    source = models.CharField(max_length=60, default="")
    need = models.TextField(default="")
    competitors = models.CharField(max_length=300, default="")
    own_probability = models.SmallIntegerField(null=True)
    own_forecast = models.CharField(max_length=12, default="")
    stage_since = models.DateTimeField(default=now)
    # Read off the log of moves: the furthest stage it came to, and the stage it was lost from (ANA-1)
    reached = models.ForeignKey(Stage, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    lost_from = models.ForeignKey(Stage, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=60, default="")
    close_note = models.TextField(default="")
    holds = Holds(
        WITH_RECORD,
        internal="number status amount currency rate expected_close_on source competitors own_forecast close_reason",
        personal="name need close_note",
    )

    class Meta(Record.Meta):
        triggers = [
            *audited("holder_id", "holder_department_id", "stage_since", "reached_id", "lost_from_id", "rate"),
            *keep_figures(STAGE_FIGURES),
            *keep_rate("closed_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(amount__gte=0), name="opportunity_amount_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(status="open", closed_at__isnull=True)
                | models.Q(status__in=("won", "lost"), closed_at__isnull=False),
                name="opportunity_closed_when_closed",
            ),
            models.CheckConstraint(
                condition=models.Q(own_probability__isnull=True)
                | models.Q(own_probability__gte=0, own_probability__lte=100),
                name="opportunity_probability_percent",
            ),
        ]
        indexes = [
            *record_indexes(
                "opp",
                sorts=("updated_at",),
                branches=("owner_id", "department_id", "holder_id", "holder_department_id"),
            ),
            *(
                models.Index(fields=[s, "id"], name=f"opp_{s[:12]}_ix", condition=models.Q(deleted_at__isnull=True))
                for s in ("created_at", "name_sort", "amount", "expected_close_on")
            ),
            models.Index(
                Round(models.F("amount") * models.F("rate"), 2),
                models.F("id"),
                name="opp_base_amount_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(fields=["currency", "id"], name="opp_currency_ix"),
            models.Index(fields=["customer", "updated_at", "id"], name="opp_customer_ix"),
            models.Index(
                fields=["stage", "updated_at", "id"], name="opp_stage_ix", condition=models.Q(deleted_at__isnull=True)
            ),
            models.Index(
                fields=["owner", "stage", "updated_at", "id"],
                name="opp_owner_stage_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["department", "stage", "updated_at", "id"],
                name="opp_dept_stage_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["holder_id", "stage", "updated_at", "id"],
                name="opp_holder_stage_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["holder_department_id", "stage", "updated_at", "id"],
                name="opp_hdept_stage_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["reached", "created_at", "id"],
                name="opp_reached_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["lost_from", "created_at", "id"],
                name="opp_lost_from_ix",
                condition=models.Q(lost_from__isnull=False, deleted_at__isnull=True),
            ),
            models.Index(
                models.Case(
                    models.When(status="lost", then=models.F("close_reason")),
                    default=models.Value(""),
                ),
                models.F("created_at"),
                name="opp_lost_reason_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["source", "updated_at", "id"],
                name="opp_source_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["status", "closed_at", "owner"],
                name="opp_closed_ix",
                condition=models.Q(closed_at__isnull=False, deleted_at__isnull=True),
            ),
        ]


class StageFigure(models.Model):
    """How many opportunities, and how much, lie in a stage per owner and holder. Written by triggers only."""

    id = models.BigAutoField(primary_key=True)
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="+")
    owner_id = models.UUIDField(null=True)
    department_id = models.UUIDField(null=True)
    holder_id = models.UUIDField(null=True)
    holder_department_id = models.UUIDField(null=True)
    count = models.BigIntegerField(default=0)
    total = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    holds = Holds(WITH_COMPANY, internal="total")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "owner_id", "department_id", "holder_id", "holder_department_id"],
                name="stage_figure_once",
                nulls_distinct=False,
            )
        ]


class StageMove(models.Model):
    """The way of an opportunity through its stages: for stage times and the funnel. ``void``: taken back, or the taking back itself."""

    id = models.BigAutoField(primary_key=True)
    opportunity_id = models.UUIDField()
    from_stage_id = models.UUIDField(null=True)
    to_stage_id = models.UUIDField()
    by_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=now)
    void = models.BooleanField(default=False)
    holds = Holds(WITH_RECORD)

    class Meta:
        indexes = [
            models.Index(fields=["opportunity_id", "id"], name="stage_move_ix"),
            models.Index(fields=["at"], name="stage_move_at_ix"),
        ]
