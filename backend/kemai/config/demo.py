"""The demo company: deterministic for a seed, made through the real services with the clock standing in the past year.

Sign-ins and figures: contract.md. What the services refuse in real life they refuse here too, so the demo cannot show an impossible
company.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from kemai.accounts.access import Actor, load_actor
from kemai.accounts.models import Department, Role, Team, TeamMember, User
from kemai.accounts.sessions import actor_of
from kemai.administration.services.people import INSTALLER, new_user
from kemai.base.audit import act
from kemai.base.models import OutboxEvent
from kemai.config import demo_doubles, demo_fields, demo_pools
from kemai.config import demo_words as words
from kemai.config.demo_days import make_days
from kemai.config.demo_lists import make_lists
from kemai.config.demo_privacy import make_privacy
from kemai.config.demo_sales import make_sales
from kemai.config.install import install
from kemai.customers.models import Customer
from kemai.customers.services.ownership import claim_customer, release_customer
from kemai.kit.clock import now, standing_at
from kemai.kit.errors import KemaiError
from kemai.kit.text.search import pinyin_sort_key
from kemai.platform.objects.declare import Draft, get_object
from kemai.platform.objects.write import insert_drafts, prepare_new, update_rows
from kemai.sales.models import Stage
from kemai.sales.services.opportunities import lose_opportunity, move_opportunity, win_opportunity

PASSWORD = "kemai-demo"  # published: demo companies only
WEEKS = 52


class AlreadyPeopled(KemaiError):
    status, code = 409, "already_peopled"
    text = words.ALREADY_PEOPLED


@dataclass
class Company:
    """What is being made, and the dice."""

    dice: random.Random
    departments: dict[str, Department] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    sellers: list[Actor] = field(default_factory=list)
    customers: dict[UUID, list[tuple[UUID, datetime]]] = field(default_factory=dict)
    contacts: dict[UUID, list[UUID]] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)

    def count(self, kind: str, n: int) -> None:
        self.made[kind] = self.made.get(kind, 0) + n


def load_demo(*, customers: int = 2000, seed: int = 7) -> dict[str, Any]:
    """Make the demo company in an empty system; returns what was made. :class:`AlreadyPeopled` when somebody exists."""
    began = time.monotonic()
    install()
    if User.objects.exists():
        raise AlreadyPeopled
    company = Company(random.Random(seed))
    with transaction.atomic():
        start = now() - timedelta(weeks=WEEKS)
        with standing_at(start):
            _organise(company)
        administrator = load_actor(company.people["admin"].id)
        assert administrator is not None
        company.count("fields", demo_fields.define_fields(administrator))
        company.sellers = [
            a for u in company.people.values() if u.job_title in words.SELLING and (a := load_actor(u.id))
        ]
        _customers(company, customers)
        _contacts(company)
        _analyse()
        _interactions(company)
        _analyse()
        _opportunities(company, customers * 6 // 10)
        _analyse()
        _tasks(company)
        company.count("pools", demo_pools.make_pools(company.departments, company.people))
        _release_some(company, customers // 8)
        _doubles(company, random.Random(seed + 1))
        company.made.update(make_sales(administrator, company.sellers, random.Random(seed + 2)))
        company.made.update(make_lists(actor_of(company.people["admin"].id)))
        manager = actor_of(company.people["manager"].id)
        company.made.update(make_days(company.sellers, manager))
        company.count("recycling rules", demo_pools.make_rules(manager, random.Random(seed + 2)))
        company.made.update(make_privacy(company.people, company.sellers, random.Random(seed + 3)))
        # History needs no bell: what happened before today is not announced today.
        OutboxEvent.objects.filter(dispatched_at__isnull=True).update(dispatched_at=now())
    return {**company.made, "seconds": round(time.monotonic() - began, 1)}


def _analyse() -> None:
    """Tell the planner what filled up: in one transaction nobody else does, and plans made for empty tables read full ones whole."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# ---------------------------------------------------------------- organisation


def _organise(company: Company) -> None:
    hashed = make_password(PASSWORD)
    roles = {r.code: r for r in Role.objects.all()}
    with act(INSTALLER, "demo", object="departments"):
        top = Department.objects.get(parent__isnull=True)
        Department.objects.filter(pk=top.pk).update(name=words.COMPANY, name_sort=pinyin_sort_key(words.COMPANY))
        company.departments[words.COMPANY] = top
        for position, (name, parent, kind) in enumerate(words.DEPARTMENTS):
            company.departments[name] = Department.objects.create(
                name=name,
                name_sort=pinyin_sort_key(name),
                parent=company.departments[parent],
                kind=kind,
                position=position + 1,
                created_by=INSTALLER.id,
            )
    names = words.person_names(company.dice)
    for username, name, department, title, role in words.staff(names):
        company.people[username] = new_user(
            INSTALLER,
            username=username,
            name=name,
            password=None,
            hashed=hashed,
            department=company.departments[department],
            roles=[roles[role]],
            job_title=title,
            phone=words.mobile(company.dice),
            email=f"{username}@huarui.example",
        )
    _heads(company)
    company.count("people", len(company.people))


def _heads(company: Company) -> None:
    with act(INSTALLER, "demo", object="users"):
        for department, username in words.HEADS.items():
            head, unit = company.people[username], company.departments[department]
            Department.objects.filter(pk=unit.pk).update(head=head)
            User.objects.filter(department=unit).exclude(pk=head.pk).update(manager=head)
        team = Team.objects.create(
            name="大项目攻坚组", name_sort=pinyin_sort_key("大项目攻坚组"), description="跨部门的大项目"
        )
        for n, username in enumerate(("manager", "rep", "rep3")):
            TeamMember.objects.create(team=team, user=company.people[username], lead=n == 0)


# ---------------------------------------------------------------- records


def _insert(actor: Actor, object_name: str, payloads: list[dict[str, Any]]) -> list[Draft]:
    """The generic write path in batches; a refused row is a mistake of the demo and stops it."""
    declaration = get_object(object_name)
    with act(actor, "create", object=object_name):
        drafts = prepare_new(actor, declaration, payloads)
        good = [d for d in drafts if not d.errors]
        wrong = next((d for d in drafts if d.errors and any(e.code != "duplicate" for e in d.errors)), None)
        if wrong:
            raise AssertionError(f"{object_name}: {wrong.errors[0].field} {wrong.errors[0].code}")
        if good:
            insert_drafts(actor, declaration, good)
    return good


def _moments(dice: random.Random, count: int) -> list[datetime]:
    """Instants over the past year, more of them lately, in working hours, in order."""
    end = now()
    found = []
    for _ in range(count):
        day = (end - timedelta(days=int(WEEKS * 7 * (1 - dice.random() ** 0.7)))).date()
        while day.weekday() > 4:
            day -= timedelta(days=1)
        moment = datetime(
            day.year, day.month, day.day, dice.randrange(1, 10), dice.randrange(60), dice.randrange(60), tzinfo=UTC
        )
        found.append(min(moment, end - timedelta(minutes=dice.randrange(1, 50))))
    return sorted(found)


def _months(moments: list[datetime]) -> list[list[datetime]]:
    """Moments of one person in batches of about a month, so that a batch is one act at its last moment."""
    batches: dict[str, list[datetime]] = {}
    for moment in moments:
        batches.setdefault(f"{moment:%Y-%m}", []).append(moment)
    return list(batches.values())


def _customers(company: Company, total: int) -> None:
    dice = company.dice
    makers = words.CompanyMaker(dice)
    machines, today = random.Random(len(company.people)), now().date()
    share = [1.6 if a.username in ("rep", "rep2", "rep3") else 1.0 for a in company.sellers]
    for seller, weight in zip(company.sellers, share, strict=True):
        company.customers[seller.id] = []
        for batch in _months(_moments(dice, round(total * weight / sum(share)))):
            with standing_at(batch[-1]):
                made = _insert(
                    seller,
                    "customers",
                    [makers.customer() | demo_fields.customer_values(machines, today) for _ in batch],
                )
            company.customers[seller.id] += [(d.id, batch[-1]) for d in made]
            company.count("customers", len(made))


def _contacts(company: Company) -> None:
    dice = company.dice
    for seller in company.sellers:
        rows = []
        for key, _ in company.customers[seller.id]:
            rows += [
                words.contact(dice, str(key), primary=n == 0)
                for n in range(dice.choices((1, 2, 3, 4), (4, 4, 2, 1))[0])
            ]
        for start in range(0, len(rows), 400):
            made = _insert(seller, "contacts", rows[start : start + 400])
            company.count("contacts", len(made))
            for draft in made:
                company.contacts.setdefault(draft.values["customer_id"], []).append(draft.id)


def _interactions(company: Company) -> None:
    dice, today = company.dice, now()
    for seller in company.sellers:
        rows: list[tuple[datetime, dict[str, Any]]] = []
        for key, since in company.customers[seller.id]:
            days = max((now() - since).days, 1)
            for _ in range(dice.choices((1, 3, 5, 9, 14), (3, 4, 3, 2, 1))[0]):
                at = min(
                    since + timedelta(days=dice.random() * days, hours=dice.randrange(8)),
                    now() - timedelta(minutes=dice.randrange(3, 600)),
                )
                rows.append((max(at, since), words.interaction(dice, str(key), company.contacts.get(key, []))))
        rows.sort(key=lambda r: r[0])
        for start in range(0, len(rows), 150):
            part = rows[start : start + 150]
            with standing_at(part[-1][0] + timedelta(minutes=1)):
                made = _insert(seller, "interactions", [words.dated(dice, row, at, now_at=today) for at, row in part])
            company.count("interactions", len(made))


def _opportunities(company: Company, total: int) -> None:
    dice = company.dice
    stages = {s.code: s for s in Stage.objects.filter(pipeline__ready="sales", deleted_at__isnull=True)}
    for seller in company.sellers:
        mine = company.customers[seller.id]
        wanted = max(1, round(total * len(mine) / sum(len(c) for c in company.customers.values())))
        chosen = [dice.choice(mine) for _ in range(wanted)]
        months: dict[str, list[tuple[UUID, datetime]]] = {}
        for key, since in chosen:
            # A deal begins somewhere between the first contact and today.
            opened = since + (now() - since) * (dice.random() * 0.8)
            months.setdefault(f"{opened:%Y-%m}", []).append((key, opened))
        for _, part in sorted(months.items()):
            opened = max(at for _, at in part)
            with standing_at(opened):
                made = _insert(
                    seller,
                    "opportunities",
                    [words.opportunity(dice, str(key), company.contacts.get(key, []), opened) for key, _ in part],
                )
            company.count("opportunities", len(made))
            for draft in made:
                _walk(company, seller, draft.id, opened, stages)


def _walk(company: Company, seller: Actor, key: UUID, opened: datetime, stages: dict[str, Stage]) -> None:
    """Take an opportunity through its stages as far as the dice say."""
    dice = company.dice
    fate = dice.choices(("explore", "contact", "negotiate", "won", "lost"), (20, 18, 17, 27, 18))[0]
    moment = opened
    for step in ("contact", "negotiate", "won", "lost"):
        if fate == "explore" or (fate == "lost" and step == "won") or (fate == "won" and step == "lost"):
            continue
        if fate == "lost" and step == "negotiate" and dice.random() < 0.5:
            continue
        moment = moment + timedelta(days=dice.randrange(4, 30), hours=dice.randrange(8))
        if moment > now() - timedelta(minutes=5):
            return
        with standing_at(moment):
            if step == "won":
                win_opportunity(seller, key, reason=dice.choice(("price", "product", "relation", "service")))
                company.count("won", 1)
            elif step == "lost":
                lose_opportunity(seller, key, reason=dice.choice(("price", "competitor", "no_budget", "cancelled")))
                company.count("lost", 1)
            else:
                move_opportunity(seller, key, stage=str(stages[step].id))
        if step == fate:
            return


def _tasks(company: Company) -> None:
    dice = company.dice
    for seller in company.sellers:
        mine = company.customers[seller.id]
        rows = [words.task(dice, str(dice.choice(mine)[0]), now()) for _ in range(min(12, len(mine)))]
        made = _insert(seller, "tasks", rows)
        company.count("tasks", len(made))
        done = [d for d in made if dice.random() < 0.3]
        with act(seller, "complete", object="tasks"):
            update_rows(
                get_object("tasks"),
                seller.id,
                [Draft(d.id, {}, {"status": "done", "progress": 100, "done_at": now()}) for d in done],
            )


def _release_some(company: Company, total: int) -> None:
    """Customers nobody found time for lie in the pool; a few have been claimed again."""
    dice = company.dice
    pool: list[UUID] = []
    for _ in range(total):
        seller = dice.choice(company.sellers)
        mine = company.customers[seller.id]
        if len(mine) < 20:
            continue
        key, since = mine.pop(dice.randrange(len(mine)))
        moment = max(since + timedelta(days=1), now() - timedelta(days=dice.randrange(5, 60)))
        with standing_at(min(moment, now() - timedelta(hours=1))):
            release_customer(seller, key, reason=dice.choice(("no_need", "unreachable", "no_time")))
        pool.append(key)
    for key in pool[: total // 10]:
        claimant = dice.choice(company.sellers)
        try:
            claim_customer(claimant, key)
        except KemaiError:
            continue
    company.count("pooled", len(pool))


def _doubles(company: Company, dice: random.Random) -> None:
    """A dozen customers that somebody typed a second time, and the queue of everything alike (CUS-9)."""
    made = 0
    own = Customer.objects.filter(kind="company", owner__username__in=("rep", "rep2", "rep3")).order_by("number")
    for n, customer in enumerate(own[: 12 * 3 : 2]):
        found = demo_doubles.double_of(dice, customer, n % 3)
        if found is None:
            continue
        typist = next(a for a in company.sellers if a.username == ("rep", "rep2")[n % 2])
        drafts = _insert(typist, "customers", [{"name": found[0], "industry": customer.industry, **found[1]}])
        for draft in drafts:
            again = demo_doubles.contact_again(customer) if n % 2 else None
            if again:
                _insert(typist, "contacts", [{**again, "customer": str(draft.id)}])
        made += len(drafts)
    demo_doubles.fill_queue()
    company.count("doubles", made)
