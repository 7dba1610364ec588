"""Customers, their contacts and relations, pools, and the log of who held whom."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from kemai.accounts.models import Department, User
from kemai.base.epochs import moves
from kemai.base.models import Record, audited, record_indexes
from kemai.base.privacy import WITH_COMPANY, WITH_RECORD, Holds, days
from kemai.kit.clock import now
from kemai.kit.ids import new_id


class Pool(Record):
    """A public pool (公海): customers without an owner, open to its members (POOL-1).

    ``regions`` and ``industries`` say what comes here of itself (both empty: nothing); of several pools the first by ``position``.
    Limits left empty are those of the parameters. ``distribution``: how what arrives is given out at once, empty for not at all.
    """

    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, default="")
    name_sort = models.TextField(default="")
    description = models.TextField(default="")
    position = models.IntegerField(default=0)
    regions = ArrayField(models.TextField(), default=list)
    industries = ArrayField(models.TextField(), default=list)
    hold_limit = models.IntegerField(null=True)
    daily_claims = models.IntegerField(null=True)
    reclaim_days = models.IntegerField(null=True)
    daily_views = models.IntegerField(null=True)
    distribution = models.CharField(max_length=20, default="")
    is_default = models.BooleanField(default=False)
    holds = Holds(WITH_COMPANY, internal="name name_en description regions industries distribution")

    class Meta(Record.Meta):
        triggers = audited()
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="pool_name_once", condition=models.Q(deleted_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                name="pool_default_once",
                condition=models.Q(is_default=True, deleted_at__isnull=True),
            ),
        ]
        indexes = record_indexes("pool", sorts=("updated_at", "name_sort", "position"))


class PoolMember(models.Model):
    """Whom a pool is open to: a person, a department with all below it, or a team.

    Who ``manages`` it may change its limits and give its customers out. ``regions`` and ``industries``: what these members work, for
    distribution by area.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="members")
    member_kind = models.CharField(max_length=12)
    member_id = models.UUIDField()
    manages = models.BooleanField(default=False)
    regions = ArrayField(models.TextField(), default=list)
    industries = ArrayField(models.TextField(), default=list)
    holds = Holds(WITH_COMPANY, internal="member_kind regions industries")

    class Meta:
        triggers = audited()
        constraints = [models.UniqueConstraint(fields=["pool", "member_id"], name="pool_member_once")]
        indexes = [models.Index(fields=["member_id"], name="pool_member_ix")]


class Pooled(models.Model):
    """Columns of what is owned by one person or lies in one pool, never both, never neither (POOL-1): held by :func:`owned_or_pooled`.

    ``recycle_on`` is its last day with its owner as the rules stand, kept by the product, and ``recycle_rule_id`` the rule that says so;
    ``recycle_warned_on`` the last day the owner was warned of.
    """

    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    pool = models.ForeignKey(Pool, null=True, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    protected_until = models.DateField(null=True)
    recycle_on = models.DateField(null=True)
    recycle_rule_id = models.UUIDField(null=True)
    recycle_warned_on = models.DateField(null=True)
    holds = Holds(internal="protected_until recycle_on recycle_warned_on")

    class Meta:
        abstract = True


#: Columns of :class:`Pooled` that follow from others: no history.
POOLED_COMPUTED = ("recycle_on", "recycle_rule_id", "recycle_warned_on")


def owned_or_pooled(name: str) -> models.CheckConstraint:
    """The constraint every table of :class:`Pooled` records has."""
    return models.CheckConstraint(
        condition=models.Q(owner__isnull=False, pool__isnull=True) | models.Q(owner__isnull=True, pool__isnull=False),
        name=name,
    )


class Customer(Pooled, Record):
    """A company or a person we sell to (CUS-1). Owned by one person, or lying in one pool: never both, never neither."""

    number = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, default="company")
    name = models.CharField(max_length=200)
    name_sort = models.TextField(default="")
    unique_key = models.TextField(default="")
    short_name = models.CharField(max_length=60, default="")
    former_names = ArrayField(models.TextField(), default=list)
    industry = models.CharField(max_length=60, default="")
    phone = models.CharField(max_length=60, default="")
    email = models.CharField(max_length=200, default="")
    website = models.CharField(max_length=300, default="")
    credit_code = models.CharField(max_length=40, default="")
    region = models.CharField(max_length=60, default="")
    province = models.CharField(max_length=20, default="")
    address = models.CharField(max_length=300, default="")
    source = models.CharField(max_length=60, default="")
    tags = ArrayField(models.TextField(), default=list)
    # Classifications side by side (CUS-6)
    importance = models.CharField(max_length=20, default="")
    relation_stage = models.CharField(max_length=20, default="")
    strategic_class = models.CharField(max_length=20, default="")
    size = models.CharField(max_length=20, default="")
    ladder = models.CharField(max_length=20, default="")
    frequency_class = models.CharField(max_length=20, default="")
    tenure_class = models.CharField(max_length=20, default="")
    buyer_kind = models.CharField(max_length=20, default="")
    buying_potential = models.CharField(max_length=20, default="")
    buying_willingness = models.CharField(max_length=20, default="")
    # Static file (CUS-2)
    nature = models.CharField(max_length=20, default="")
    product_lines = models.CharField(max_length=500, default="")
    legal_representative = models.CharField(max_length=60, default="")
    legal_profile = models.TextField(default="")
    handler = models.CharField(max_length=60, default="")
    handler_profile = models.TextField(default="")
    sex = models.CharField(max_length=10, default="")
    birth_on = models.DateField(null=True)
    occupation = models.CharField(max_length=60, default="")
    education = models.CharField(max_length=20, default="")
    economic_status = models.CharField(max_length=60, default="")
    hobbies = models.CharField(max_length=300, default="")
    family = models.CharField(max_length=300, default="")
    preferences = models.TextField(default="")
    remark = models.TextField(default="")
    contract_ends_on = models.DateField(null=True)
    # Kept by the product
    last_contact_at = models.DateTimeField(null=True)
    next_contact_at = models.DateTimeField(null=True)
    last_deal_at = models.DateTimeField(null=True)
    deal_count = models.IntegerField(default=0)
    deal_amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    confirmed_at = models.DateTimeField(null=True)
    quality = models.SmallIntegerField(null=True)
    quality_faults = ArrayField(models.TextField(), default=list)
    holds = Holds(
        WITH_RECORD,
        internal=(
            "number kind industry credit_code region province source tags importance relation_stage "
            "strategic_class size ladder frequency_class tenure_class buyer_kind buying_potential "
            "buying_willingness nature product_lines contract_ends_on deal_amount quality_faults"
        ),
        personal=(
            "name unique_key short_name former_names phone email website address legal_representative "
            "legal_profile handler handler_profile sex birth_on occupation education economic_status hobbies "
            "family preferences remark"
        ),
    )

    class Meta(Record.Meta):
        triggers = audited(
            "last_contact_at",
            "next_contact_at",
            "last_deal_at",
            "deal_count",
            "deal_amount",
            "unique_key",
            "province",
            "quality",
            "quality_faults",
            *POOLED_COMPUTED,
        )
        constraints = [
            owned_or_pooled("customer_owned_or_pooled"),
            models.UniqueConstraint(
                fields=["unique_key"],
                name="customer_once",
                condition=models.Q(deleted_at__isnull=True) & ~models.Q(unique_key=""),
            ),
            models.UniqueConstraint(
                fields=["credit_code"],
                name="customer_credit_code_once",
                condition=models.Q(deleted_at__isnull=True) & ~models.Q(credit_code=""),
            ),
        ]
        indexes = [
            *record_indexes(
                "cust",
                sorts=("updated_at", "created_at", "name_sort", "next_contact_at", "last_contact_at", "recycle_on"),
                branches=("owner_id", "department_id"),
            ),
            models.Index(
                fields=["contract_ends_on", "id"],
                name="cust_contract_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["pool", "updated_at", "id"], name="cust_pool_ix", condition=models.Q(pool__isnull=False)
            ),
            models.Index(
                fields=["industry", "updated_at", "id"],
                name="cust_industry_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["owner", "industry", "updated_at", "id"],
                name="cust_owner_industry_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            *(
                models.Index(
                    fields=[column, "updated_at", "id"],
                    name=f"cust_{column}_ix",
                    condition=models.Q(deleted_at__isnull=True),
                )
                for column in ("source", "province")
            ),
            models.Index(fields=["phone"], name="cust_phone_ix", condition=~models.Q(phone="")),
            models.Index(
                fields=["owner", "quality", "id"],
                name="cust_owner_quality_ix",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.Index(fields=["quality", "id"], name="cust_quality_ix", condition=models.Q(deleted_at__isnull=True)),
            # Few have a wrong number, and many are long unconfirmed: the quality page's figures open as lists.
            GinIndex(fields=["quality_faults"], name="cust_faults_ix", condition=models.Q(deleted_at__isnull=True)),
            models.Index(
                fields=["confirmed_at", "id"], name="cust_confirmed_ix", condition=models.Q(deleted_at__isnull=True)
            ),
        ]


class Held(models.Model):
    """Columns of records that follow a customer: the customer, and who holds it now (kept by the ownership service)."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    holder_id = models.UUIDField(null=True)
    holder_department_id = models.UUIDField(null=True)

    class Meta:
        abstract = True


class Contact(Held, Record):
    """A person at a customer (CUS-4)."""

    name = models.CharField(max_length=60)
    name_sort = models.TextField(default="")
    title = models.CharField(max_length=60, default="")
    unit = models.CharField(max_length=60, default="")
    phone = models.CharField(max_length=60, default="")
    email = models.CharField(max_length=200, default="")
    wechat = models.CharField(max_length=60, default="")
    reports_to = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    decision_role = models.CharField(max_length=20, default="")
    warmth = models.CharField(max_length=20, default="")
    is_primary = models.BooleanField(default=False)
    birthday = models.DateField(null=True)
    anniversary = models.DateField(null=True)
    anniversary_note = models.CharField(max_length=60, default="")
    preferred_channel = models.CharField(max_length=20, default="")
    preferred_time = models.CharField(max_length=60, default="")
    remark = models.TextField(default="")
    holds = Holds(
        WITH_RECORD,
        internal="decision_role warmth preferred_channel",
        personal="name title unit phone email wechat birthday anniversary anniversary_note preferred_time remark",
    )

    class Meta(Record.Meta):
        triggers = audited("holder_id", "holder_department_id")
        indexes = [
            *record_indexes(
                "contact", sorts=("updated_at", "name_sort"), branches=("holder_id", "holder_department_id")
            ),
            models.Index(fields=["customer", "name_sort", "id"], name="contact_customer_ix"),
        ]


class CustomerRelation(Held, Record):
    """How two customers are related (CUS-8): the customer is the ``kind`` of the other."""

    related = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    remark = models.CharField(max_length=300, default="")
    holds = Holds(WITH_RECORD, internal="kind", personal="remark")

    class Meta(Record.Meta):
        triggers = audited("holder_id", "holder_department_id")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "related", "kind"],
                name="relation_once",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.CheckConstraint(condition=~models.Q(customer=models.F("related")), name="relation_not_self"),
        ]
        indexes = [
            *record_indexes(
                "relation", sorts=("updated_at",), branches=("holder_id", "holder_department_id"), search=False
            ),
            models.Index(fields=["related"], name="relation_related_ix"),
        ]


class OwnershipChange(models.Model):
    """Who got or gave up a customer or another pooled kind of record, when and why. Written once, read by quota and cooling-off rules.

    ``pool_id`` is where it came to lie, or, where ``to_user_id`` took it up, the pool it left; ``operation_id`` the work on many it was
    part of (recycling, distribution).
    """

    id = models.BigAutoField(primary_key=True)
    object = models.CharField(max_length=60, default="customers")
    record_id = models.UUIDField()
    kind = models.CharField(max_length=12)
    from_user_id = models.UUIDField(null=True)
    to_user_id = models.UUIDField(null=True)
    pool_id = models.UUIDField(null=True)
    from_pool_id = models.UUIDField(null=True)
    operation_id = models.UUIDField(null=True)
    reason = models.TextField(default="")
    by_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=now)
    holds = Holds(WITH_RECORD, internal="object kind", personal="reason")

    class Meta:
        indexes = [
            models.Index(fields=["record_id", "id"], name="ownership_record_ix"),
            models.Index(fields=["to_user_id", "kind", "at"], name="ownership_claims_ix"),
            models.Index(fields=["from_user_id", "record_id", "at"], name="ownership_release_ix"),
            models.Index(
                fields=["operation_id", "id"],
                name="ownership_operation_ix",
                condition=models.Q(operation_id__isnull=False),
            ),
        ]


class RecycleRule(models.Model):
    """When a record of the kind ``object`` goes back to a pool of itself (POOL-3): ``days`` after ``reason``'s moment, for those ``condition`` holds of.

    The earliest of all active rules decides, of equal ones the first by ``position``. ``pool`` empty: the pool its region and industry
    lead to. ``spared_by``: registered facts that keep a customer (an open opportunity).
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    object = models.CharField(max_length=60, default="customers")
    name = models.CharField(max_length=60)
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)
    reason = models.CharField(max_length=30)
    days = models.IntegerField()
    working_days = models.BooleanField(default=False)
    condition: Any = models.JSONField(null=True)
    pool = models.ForeignKey(Pool, null=True, on_delete=models.PROTECT, related_name="+")
    warn_days = models.IntegerField(default=7)
    spared_by = ArrayField(models.TextField(), default=list)
    holds = Holds(WITH_COMPANY, internal="object name reason condition spared_by")

    class Meta:
        triggers = [*audited(), *moves("recycle_rules")]
        indexes = [models.Index(fields=["position", "id"], name="recycle_rule_ix")]


class RecycleRun(models.Model):
    """One run of the rules over one kind of record, or the refusal of one (POOL-3). ``state``: ``running``, ``done``, ``stopped`` (it waits for a decision),
    ``dismissed``, ``failed``. What was stopped keeps what it named (:class:`RecycleCandidate`), so that just those are approved.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    object = models.CharField(max_length=60, default="customers")
    day = models.DateField()
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=12, default="running")
    stopped_by = models.CharField(max_length=20, default="")
    due = models.IntegerField(default=0)
    owned = models.IntegerField(default=0)
    recycled = models.IntegerField(default=0)
    facts: Any = models.JSONField(default=dict)
    actor_id = models.UUIDField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)
    holds = Holds(WITH_COMPANY, internal="object day kind state stopped_by facts")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "object"], name="recycle_run_once", condition=models.Q(kind="nightly")
            )
        ]
        indexes = [models.Index(fields=["-started_at"], name="recycle_run_ix")]


class RecycleCandidate(models.Model):
    """A record a stopped run would have taken."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(RecycleRun, on_delete=models.CASCADE, related_name="candidates")
    record_id = models.UUIDField()
    holds = Holds(WITH_COMPANY)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "record_id"], name="recycle_candidate_once")]


class PoolView(models.Model):
    """That somebody opened a record of a pool that day: counted against his quota once (POOL-4)."""

    id = models.BigAutoField(primary_key=True)
    user_id = models.UUIDField()
    day = models.DateField()
    record_id = models.UUIDField()
    pool_id = models.UUIDField()
    at = models.DateTimeField(default=now)
    holds = Holds(days(7), internal="day")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "day", "record_id"], name="pool_view_once")]
        indexes = [models.Index(fields=["day"], name="pool_view_day_ix")]


class Need(Held, Record):
    """What a customer wants, why, and how it is decided (CUS-13). The opportunity is a key only: sales sits above this domain."""

    title = models.CharField(max_length=200)
    opportunity_id = models.UUIDField(null=True)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    focus = models.CharField(max_length=20, default="")
    budget = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    wanted_on = models.DateField(null=True)
    pain = models.TextField(default="")
    motive = models.TextField(default="")
    decision = models.TextField(default="")
    habits = models.TextField(default="")
    holds = Holds(WITH_RECORD, internal="focus budget wanted_on", personal="title pain motive decision habits")

    class Meta(Record.Meta):
        triggers = audited("holder_id", "holder_department_id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(budget__isnull=True) | models.Q(budget__gte=0), name="need_budget_positive"
            )
        ]
        indexes = [
            *record_indexes("need", sorts=("updated_at", "wanted_on"), branches=("holder_id", "holder_department_id")),
            models.Index(fields=["customer", "updated_at", "id"], name="need_customer_ix"),
            models.Index(
                fields=["opportunity_id", "updated_at", "id"],
                name="need_opportunity_ix",
                condition=models.Q(opportunity_id__isnull=False),
            ),
        ]
