"""A small company for the tests, built through the real services: people of each role, and records in each relation to them.

What is *intended* (who owns, who shares, which pool) is kept beside each record in a :class:`Fact`, so that an oracle can say who may
see it without asking the code under test. Every record carries a canary: a text that appears nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password

from kemai.accounts.access import Actor, load_actor
from kemai.accounts.models import Department, RecordShare, Role, RoleGrant, Session, Team, TeamMember, User
from kemai.accounts.sessions import create_token, hash_token
from kemai.activities.models import Sequence, SequenceStep
from kemai.administration.services.people import INSTALLER, new_user
from kemai.base.audit import act
from kemai.config.install import install
from kemai.customers.models import Pool, PoolMember
from kemai.customers.services.ownership import release_customer
from kemai.kit.clock import now
from kemai.platform.objects import shares, write
from kemai.platform.objects.declare import get_object
from kemai.sales.models import Pipeline, Stage, TransferRequest
from kemai.sales.services.lead_holding import release_lead
from kemai.sales.services.transfers import request_transfer

PASSWORD = "kemai-test-1"

#: slug → (name, parent). The first is the company install() makes.
DEPARTMENTS: dict[str, tuple[str, str | None]] = {
    "top": ("公司", None),
    "east": ("华东大区", "top"),
    "east_one": ("华东一部", "east"),
    "east_two": ("华东二部", "east"),
    "south": ("华南大区", "top"),
}

#: username → (role, department). ``watcher`` has the scope "chosen departments"; ``guest`` has no role at all.
PEOPLE: dict[str, tuple[str, str]] = {
    "admin": ("administrator", "top"),
    "director": ("sales_director", "top"),
    "manager": ("sales_manager", "east"),
    "rep": ("sales_rep", "east_one"),
    "rep2": ("sales_rep", "east_one"),
    "rep3": ("sales_rep", "south"),
    "rep4": ("sales_rep", "east_two"),
    "southlead": ("sales_manager", "south"),
    "inside": ("inside_sales", "east_one"),
    "service": ("service_agent", "top"),
    "finance": ("finance", "top"),
    "auditor": ("auditor", "top"),
    "watcher": ("watcher", "top"),
    "guest": ("", "east_one"),
}
TEAM = ("攻坚组", ("rep3",))

SALES_PREFIXES = (
    "customers.customer",
    "customers.contact",
    "customers.relation",
    "activities.interaction",
    "activities.task",
    "sales.opportunity",
    "customers.need",
    "activities.promise",
    "activities.plan",
    "activities.enrollment",
    "activities.report",
    "sales.lead",
    "sales.transfer",
    "privacy.consent",
)


@dataclass(frozen=True, slots=True)
class Share:
    """That a record is open to everybody in ``people``."""

    people: frozenset[str]
    can_write: bool = False
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One record as it was meant."""

    object: str
    slug: str
    id: UUID
    canary: str
    owners: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    shares: tuple[Share, ...] = ()
    pool: frozenset[str] | None = None
    """People the pool is open to, for a record lying in one."""
    deleted: bool = False
    released_by: str = ""
    secrets: tuple[str, ...] = ()
    """Telephone number and e-mail address."""


@dataclass
class World:
    """Everything the tests need to know by name."""

    users: dict[str, UUID] = field(default_factory=dict)
    departments: dict[str, UUID] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    pools: dict[str, UUID] = field(default_factory=dict)
    stages: dict[str, UUID] = field(default_factory=dict)
    pipeline: UUID | None = None
    team: UUID | None = None
    sequence: UUID | None = None
    sequences: list[UUID] = field(default_factory=list)
    """Two more, of one step, which nobody is in."""
    token: str = ""
    products: list[UUID] = field(default_factory=list)
    competitors: list[UUID] = field(default_factory=list)
    more_contacts: list[UUID] = field(default_factory=list)
    """Two further contacts of the customer "mine", on no opportunity."""

    def of(self, name: str) -> list[Fact]:
        return [f for f in self.facts if f.object == name]

    def get(self, name: str, slug: str) -> Fact:
        return next(f for f in self.facts if f.object == name and f.slug == slug)

    def actor(self, username: str) -> Actor:
        found = load_actor(self.users[username])
        assert found is not None
        return found


def session_token(username: str) -> str:
    """The token of the session each person has open from the start."""
    return f"session-of-{username}-in-the-tests"


@dataclass(frozen=True, slots=True)
class Plan:
    """A customer to make: who makes it, and what becomes of it."""

    slug: str
    owner: str
    pool: str = ""
    share: tuple[str, str, bool] | None = None
    """(kind, grantee, can_write)"""
    expired: bool = False
    deleted: bool = False


PLANS = (
    Plan("mine", "rep"),
    Plan("colleague", "rep2"),
    Plan("boss", "manager"),
    Plan("below", "rep4"),
    Plan("foreign", "rep3"),
    Plan("lent", "rep3", share=("user", "rep", False)),
    Plan("handed", "rep3", share=("user", "rep", True)),
    Plan("sector", "rep3", share=("department", "east", False)),
    Plan("teamwork", "rep2", share=("team", "team", True)),
    Plan("lapsed", "rep3", share=("user", "rep", True), expired=True),
    Plan("pooled", "rep3", pool="open"),
    Plan("closed", "rep3", pool="south"),
    Plan("binned", "rep", deleted=True),
)


def build() -> World:
    """Make the company; must run where it is committed."""
    world = World()
    install()
    _organisation(world)
    _pools(world)
    pipeline = Pipeline.objects.get(name="销售流程")
    world.pipeline = pipeline.id
    world.stages = dict(Stage.objects.filter(pipeline=pipeline).values_list("code", "id"))
    _sequences(world)
    _catalogue(world)
    for number, plan in enumerate(PLANS):
        _customer(world, number, plan)
    _more_contacts(world)
    _relations(world)
    _share_one_opportunity(world)
    _transfers(world)
    _requests(world)
    world.token = create_token(user=User.objects.get(pk=world.users["rep"]), name="program")
    return world


def _organisation(world: World) -> None:
    with act(INSTALLER, "create", object="departments"):
        for slug, (name, parent) in DEPARTMENTS.items():
            row = Department.objects.filter(parent__isnull=True).first() if parent is None else None
            row = row or Department.objects.create(
                name=name, name_sort=slug, parent_id=world.departments.get(parent or "")
            )
            world.departments[slug] = row.id
        watcher = Role.objects.create(code="watcher", name="区域督导", name_sort="watcher")
        RoleGrant.objects.bulk_create(
            RoleGrant(
                role=watcher, permission=f"{p}.view", scope="departments", departments=[world.departments["south"]]
            )
            for p in SALES_PREFIXES
        )
    hashed = make_password(PASSWORD)
    for username, (role, department) in PEOPLE.items():
        user = new_user(
            INSTALLER,
            username=username,
            name=f"员工{username}",
            password=None,
            hashed=hashed,
            department=Department.objects.get(pk=world.departments[department]),
            roles=list(Role.objects.filter(code=role)) if role else [],
        )
        world.users[username] = user.id
        Session.objects.create(
            token_hash=hash_token(session_token(username)), user=user, expires_at=now() + timedelta(hours=12)
        )
    with act(INSTALLER, "create", object="teams"):
        team = Team.objects.create(name=TEAM[0], name_sort="team")
        TeamMember.objects.bulk_create(TeamMember(team=team, user_id=world.users[u]) for u in TEAM[1])
    world.team = team.id


def _pools(world: World) -> None:
    world.pools["open"] = Pool.objects.get(is_default=True).id
    with act(INSTALLER, "create", object="pools"):
        south = Pool.objects.create(name="华南公海", name_sort="south")
        PoolMember.objects.create(pool=south, member_kind="department", member_id=world.departments["south"])
    world.pools["south"] = south.id


def _sequences(world: World) -> None:
    world.sequence = Sequence.objects.get(on_won=True).id
    with act(INSTALLER, "create", object="sequences"):
        for n in range(2):
            sequence = Sequence.objects.create(name=f"另一序列{n}", name_sort=f"lingyi{n}")
            SequenceStep.objects.create(sequence=sequence, title="一步", offset_days=5)
            world.sequences.append(sequence.id)


def home_of(username: str) -> str:
    return PEOPLE[username][1]


def people_under(department: str) -> frozenset[str]:
    """Everybody whose department is ``department`` or below it."""
    below = {department}
    for slug, (_, parent) in DEPARTMENTS.items():  # parents come before their children
        if parent in below:
            below.add(slug)
    return frozenset(u for u, (_, d) in PEOPLE.items() if d in below)


def _grantees(kind: str, grantee: str) -> frozenset[str]:
    if kind == "user":
        return frozenset({grantee})
    return people_under(grantee) if kind == "department" else frozenset(TEAM[1])


def _customer(world: World, number: int, plan: Plan) -> None:
    actor = world.actor(plan.owner)
    phone, mail = f"1390{number:03d}4{number:03d}", f"canary{number}@mail{number}.example"
    canary = f"金丝雀{plan.slug}客户"
    key = write.create_record(
        actor,
        get_object("customers"),
        {
            "name": canary,
            "phone": phone,
            "email": mail,
            "industry": "it",
            "address": f"canary street {plan.slug}",
            "remark": f"备注{plan.slug}",
        },
    )
    contact = write.create_record(
        actor,
        get_object("contacts"),
        {
            "name": f"金丝雀{plan.slug}联系人",
            "customer": str(key),
            "phone": f"1380{number:03d}5{number:03d}",
            "email": f"person{number}@who.example",
        },
    )
    interaction = write.create_record(
        actor,
        get_object("interactions"),
        {"customer": str(key), "contact": str(contact), "content": f"金丝雀{plan.slug}跟进"},
    )
    opportunity = write.create_record(
        actor,
        get_object("opportunities"),
        {
            "name": f"金丝雀{plan.slug}商机",
            "customer": str(key),
            "amount": f"{7000 + number}.31",
            "expected_close_on": "2030-01-31",
        },
    )
    task = write.create_record(
        actor,
        get_object("tasks"),
        {"title": f"金丝雀{plan.slug}任务", "related": str(key), "due_at": f"2030-01-{number + 1:02d}T09:00:00+08:00"},
    )
    days = _days(world, actor, plan, number, str(key))
    made_parts = _parts(world, plan, opportunity, contact, f"{7000 + number}.31")
    lead, lead_secrets = _lead(world, number, plan)
    made: tuple[Share, ...] = ()
    if plan.share:
        _share(world, "leads", lead, *plan.share, by=plan.owner, expired=plan.expired)
        made = (_share(world, "customers", key, *plan.share, by=plan.owner, expired=plan.expired),)
    if plan.pool:
        release_customer(actor, key, reason="no_need", pool=world.pools[plan.pool])
        release_lead(actor, lead, reason="no_need", pool=world.pools[plan.pool])
    if plan.deleted:
        write.delete_records(actor, get_object("leads"), [lead])
        write.delete_records(actor, get_object("customers"), [key])
    maker = frozenset({plan.owner})
    home = frozenset({home_of(plan.owner)})
    held = (frozenset(), frozenset()) if plan.pool else (maker, home)
    pool = {"open": people_under("top"), "south": people_under("south")}.get(plan.pool)
    common: dict[str, Any] = {"slug": plan.slug, "shares": made, "deleted": plan.deleted}
    world.facts += [
        Fact(
            "customers",
            id=key,
            canary=canary,
            owners=held[0],
            departments=held[1],
            pool=pool,
            released_by=plan.owner if plan.pool else "",
            secrets=(phone, mail),
            **common,
        ),
        Fact(
            "leads",
            id=lead,
            released_by=plan.owner if plan.pool else "",
            canary=f"金丝雀{plan.slug}线索",
            owners=held[0],
            departments=held[1],
            pool=pool,
            secrets=lead_secrets,
            **common,
        ),
        Fact("contacts", id=contact, canary=f"金丝雀{plan.slug}联系人", owners=held[0], departments=held[1], **common),
        Fact("interactions", id=interaction, canary=f"金丝雀{plan.slug}跟进", owners=maker, departments=home, **common),
        Fact(
            "opportunities", id=opportunity, canary=f"金丝雀{plan.slug}商机", owners=maker, departments=home, **common
        ),
        Fact(
            "consents",
            id=days["consents"],
            canary=f"金丝雀{plan.slug}同意",
            owners=held[0],
            departments=held[1],
            **common,
        ),
        Fact("needs", id=days["needs"], canary=f"金丝雀{plan.slug}需求", owners=held[0], departments=held[1], **common),
        *(
            Fact(name, id=days[name], canary=f"金丝雀{plan.slug}{word}", owners=maker, departments=home, **common)
            for name, word in (("promises", "承诺"), ("planned-contacts", "计划"), ("enrollments", "序列"))
        ),
        Fact("reports", plan.slug, days["reports"], f"金丝雀{plan.slug}报告", maker, home),
        *(
            Fact(
                name,
                id=part,
                canary=f"金丝雀{plan.slug}{PART_WORDS[name]}",
                owners=maker,
                departments=home,
                **common,
            )
            for name, part in made_parts.items()
        ),
        # Tasks are their people's, not the customer's: no shares, and they stay when the customer goes to the bin.
        Fact("tasks", plan.slug, task, f"金丝雀{plan.slug}任务", maker, home),
    ]


def _days(world: World, actor: Actor, plan: Plan, number: int, customer: str) -> dict[str, UUID]:
    """One record of each kind the days with a customer leave behind."""
    slug, day = plan.slug, f"2030-01-{number + 1:02d}"
    wanted: dict[str, dict[str, Any]] = {
        "needs": {"title": f"金丝雀{slug}需求", "customer": customer},
        "promises": {"content": f"金丝雀{slug}承诺", "customer": customer, "due_on": day},
        "planned-contacts": {"title": f"金丝雀{slug}计划", "customer": customer, "planned_on": day},
        "enrollments": {"remark": f"金丝雀{slug}序列", "customer": customer, "sequence": str(world.sequence)},
        "reports": {"kind": "day", "begins_on": day, "places": f"金丝雀{slug}报告"},
        "consents": {"customer": customer, "purpose": "marketing", "evidence": f"金丝雀{slug}同意"},
    }
    return {name: write.create_record(actor, get_object(name), values) for name, values in wanted.items()}


def _catalogue(world: World) -> None:
    admin = world.actor("admin")
    for n in range(2):
        values = {"name": f"标准产品{n}", "code": f"P-{n}", "price": f"{100 + n}.00", "unit": "set"}
        world.products.append(write.create_record(admin, get_object("products"), values))
    for n in range(2):
        write.create_record(admin, get_object("web-forms"), {"name": f"标准表单{n}"})
    for n in range(2):
        rate = {"currency": "USD", "valid_from": f"2020-01-0{n + 1}", "rate": f"7.{n}"}
        write.create_record(admin, get_object("exchange-rates"), rate)
    for n in range(3):
        world.competitors.append(write.create_record(admin, get_object("competitors"), {"name": f"同行{n}"}))


def _parts(world: World, plan: Plan, opportunity: UUID, contact: UUID, price: str) -> dict[str, UUID]:
    """One of everything that belongs to an opportunity; their canaries are what they are called by themselves."""
    actor, deal, canary = world.actor(plan.owner), str(opportunity), f"金丝雀{plan.slug}"
    values: dict[str, dict[str, Any]] = {
        "opportunity-lines": {
            "product": str(world.products[0]),
            "quantity": "1",
            "price": price,
            "remark": f"{canary}明细",
        },
        "opportunity-contacts": {"contact": str(contact), "influence": "high", "note": f"{canary}决策"},
        "opportunity-competitors": {
            "competitor": str(world.competitors[0]),
            "threat": "high",
            "note": f"{canary}对手",
        },
        "opportunity-members": {"member": str(world.users["finance"]), "role": f"{canary}分工"},
        "opportunity-steps": {
            "stage": str(world.stages["explore"]),
            "due_on": "2030-01-31",
            "note": f"{canary}步骤",
        },
    }
    return {
        name: write.create_record(actor, get_object(name), {"opportunity": deal, **more})
        for name, more in values.items()
    }


def _more_contacts(world: World) -> None:
    for n in range(2):
        name = f"金丝雀另一位{n}"
        values = {"name": name, "customer": str(world.get("customers", "mine").id)}
        key = write.create_record(world.actor("rep"), get_object("contacts"), values)
        world.more_contacts.append(key)
        world.facts.append(Fact("contacts", f"more{n}", key, name, frozenset({"rep"}), frozenset({home_of("rep")})))


PART_WORDS = {
    "opportunity-lines": "明细",
    "opportunity-contacts": "决策",
    "opportunity-competitors": "对手",
    "opportunity-members": "分工",
    "opportunity-steps": "步骤",
}


def _lead(world: World, number: int, plan: Plan) -> tuple[UUID, tuple[str, str]]:
    phone, mail = f"1370{number:03d}6{number:03d}", f"lead{number}@leads{number}.example"
    values = {
        "name": f"金丝雀{plan.slug}线索",
        "person": f"林{plan.slug}",
        "phone": phone,
        "email": mail,
        "industry": "it",
    }
    return write.create_record(world.actor(plan.owner), get_object("leads"), values), (phone, mail)


def _share(
    world: World, name: str, key: UUID, kind: str, grantee: str, can_write: bool, *, by: str, expired: bool = False
) -> Share:
    target = {"user": world.users, "department": world.departments}.get(kind, {"team": world.team})[grantee]
    shares.share(
        world.actor(by), get_object(name), key, {"grantee_kind": kind, "grantee": str(target), "can_write": can_write}
    )
    if expired:
        with act(INSTALLER, "share", object=name, record_id=key):
            RecordShare.objects.filter(record_id=key).update(expires_at=now() - timedelta(minutes=1))
    return Share(_grantees(kind, grantee), can_write, expired)


def _relations(world: World) -> None:
    director = world.actor("director")
    for slug, other in (("mine", "colleague"), ("foreign", "pooled"), ("pooled", "mine")):
        one, two = world.get("customers", slug), world.get("customers", other)
        values = {"customer": str(one.id), "related": str(two.id), "kind": "partner", "remark": f"金丝雀{slug}关系"}
        key = write.create_record(director, get_object("customer-relations"), values)
        world.facts.append(
            Fact("customer-relations", slug, key, f"金丝雀{slug}关系", one.owners, one.departments, one.shares)
        )


def _share_one_opportunity(world: World) -> None:
    """Shared with its parts, each by its own key."""
    share = _share(world, "opportunities", world.get("opportunities", "foreign").id, "user", "rep2", False, by="rep3")
    for name in ("opportunities", *PART_WORDS):
        fact = world.get(name, "foreign")
        world.facts[world.facts.index(fact)] = replace(fact, shares=(*fact.shares, share))


def _transfers(world: World) -> None:
    for slug, by, to in (("mine", "rep", "rep2"), ("foreign", "rep3", "southlead"), ("below", "rep4", "manager")):
        deal = world.get("opportunities", slug).id
        request_transfer(world.actor(by), deal, owner=world.users[to], reason=f"金丝雀{slug}移交")
        key = TransferRequest.objects.get(opportunity_id=deal).id
        world.facts.append(
            Fact("transfer-requests", slug, key, f"金丝雀{slug}移交", frozenset({by, to}), frozenset({home_of(by)}))
        )


def _requests(world: World) -> None:
    """What persons ask about their data, entered by the administrator."""
    for slug in ("mine", "foreign", "below"):
        values = {
            "asked": f"金丝雀{slug}请求",
            "kind": "copy",
            "subject": {"object": "contacts", "id": str(world.get("contacts", slug).id)},
        }
        key = write.create_record(world.actor("admin"), get_object("subject-requests"), values)
        world.facts.append(Fact("subject-requests", slug, key, f"金丝雀{slug}请求", frozenset({"admin"})))
