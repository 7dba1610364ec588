"""Days of a company through its HTTP API, with the clock moved: people come in, work, and go home; at night the schedule runs.

Everything is drawn from one seed, so a month that went wrong goes wrong again. What each request may answer is written down here; any other
answer ends the month.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from croniter import croniter
from django.db import connection
from django.http import HttpResponse
from procrastinate.contrib.django import app

from kemai.accounts.models import Role
from kemai.accounts.sessions import CSRF_COOKIE, forget_callers
from kemai.base.jobs import run_job
from kemai.base.models import RateCounter
from kemai.kit import clock
from kemai.platform.models import DictionaryValue
from tests.calling import Caller
from tests.delivering import hand_on
from tests.platform.sheets import bring_in, credit_code, xlsx
from tests.world import PASSWORD as FIRST
from tests.world import World

ZONE = ZoneInfo("Asia/Shanghai")
PASSWORD = "Kemai-Month-2026"
#: When the schedule is looked at each day; what fires once a day runs at its own time in between.
LOOKS = (time(2, 15), time(8, 10), time(13, 5), time(19, 0))
#: Commands that are not taken back at the press of a button.
FOR_GOOD = {"submit", "mark-read"}
#: What is handed over when somebody leaves: the field that names him, and in which states it is still to be worked on.
HOLDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "customers": ("owner", ()),
    "leads": ("owner", ("new", "working", "qualified")),
    "opportunities": ("owner", ()),
    "tasks": ("assignee", ("open",)),
}
OPEN_STAGES = ("explore", "contact", "negotiate")

Rarely = dict[str, set[int]]
#: What a request may answer besides success: a limit reached, a gate not passed, somebody who was faster.
MAY_REFUSE: Rarely = {
    "claim": {409},
    "create customer": {409},
    "convert": {409},
    "move": {409, 422},
    "win": {409, 422},
    "release": {409},
    "hand over": {422},
}


@dataclass
class Person:
    """Somebody of the company. ``away``: days (0, 1, …) on which he does not come in; ``leaves``: the evening he leaves for good."""

    username: str
    id: str
    role: str
    caller: Caller
    away: frozenset[int] = frozenset()
    leaves: int | None = None
    gone: bool = False
    seen: datetime | None = None
    """When he last asked for something: an idle session ends, and he signs in again."""


@dataclass
class Month:
    """The company, its clock, and what has been asked of it."""

    world: World
    seed: int
    sellers: int
    start: datetime
    moment: datetime = field(init=False)
    day: int = 0
    people: list[Person] = field(default_factory=list)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    done: list[tuple[str, str, str]] = field(default_factory=list)
    """(person, action, record) of every command that was taken: each must stand in the audit."""
    reminded: dict[str, str] = field(default_factory=dict)
    """Tasks with a reminder in the past → their assignee."""
    worklists: list[int] = field(default_factory=list)
    number: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.moment = self.start

    # ------------------------------------------------------------ time

    @contextmanager
    def running(self) -> Iterator[None]:
        """The clock is ours: it stands still between requests and goes when told."""
        before = clock._read
        clock._read = lambda: self.moment
        try:
            yield
        finally:
            clock._read = before

    def at(self, at: time) -> None:
        """Go on to a time of the present day (in China)."""
        local = self.moment.astimezone(ZONE)
        self.until(datetime.combine(local.date(), at, ZONE).astimezone(UTC))

    def until(self, moment: datetime) -> None:
        assert moment >= self.moment, "time does not go back"
        self.moment = moment
        forget_callers()

    # ------------------------------------------------------------ asking

    def ask(
        self, action: str, person: Person, method: str, path: str, body: Any = None, **headers: str
    ) -> HttpResponse:
        """One request, a minute later than the last; anything but success or a foreseen refusal ends the month."""
        self.be_here(person)
        self.moment += timedelta(seconds=self.dice.randint(5, 40))
        answer = person.caller.send(method, path, body, **headers)
        self.answers[action, answer.status_code] += 1
        good = 200 <= answer.status_code < 300
        assert good or answer.status_code in MAY_REFUSE.get(action, ()), (
            f"day {self.day}: {person.username} {action}: {method} {path} {body} "
            f"→ {answer.status_code} {answer.content.decode()[:600]}"
        )
        return answer

    def be_here(self, person: Person) -> None:
        """A person whose session has ended meanwhile signs in again."""
        if person.seen is None or person.seen < self.moment - timedelta(minutes=20):
            self.sign_in(person)
        person.seen = self.moment

    def get(self, action: str, person: Person, path: str) -> Any:
        return self.ask(action, person, "GET", path).json()

    def command(self, verb: str, person: Person, object_name: str, key: str, body: Any = None) -> bool:
        """A named verb on a record; whether it was taken."""
        known = {"move-stage": "move"}.get(verb, verb)
        answer = self.ask(known, person, "POST", f"/{object_name}/{key}/{verb}", body or {})
        if answer.status_code >= 300:
            return False
        self.done.append((person.id, verb, key))
        token = answer.json().get("undo")
        assert token or verb in FOR_GOOD, f"{verb} offers no way back"
        if token and self.dice.random() < 0.1:
            self.ask(f"undo {known}", person, "POST", f"/undo/{token}", {})
            return False
        return True

    def create(self, person: Person, object_name: str, body: dict[str, Any], action: str = "") -> str:
        """A new record; its key, empty when it was refused as foreseen."""
        answer = self.ask(action or f"create {object_name}", person, "POST", f"/{object_name}", body)
        if answer.status_code != 201:
            return ""
        key = str(answer.json()["id"])
        self.done.append((person.id, "create", key))
        return key

    # ------------------------------------------------------------ people

    def hire(self, username: str, role: str, department: str, manager: Person | None = None, **more: Any) -> Person:
        """The administrator makes an account; the person signs in and chooses a password of his own."""
        admin = self.admin
        body = {"username": username, "name": f"月{username}", "department": str(self.world.departments[department])}
        if manager:
            body["manager"] = manager.id
        key = str(self.ask("hire", admin, "POST", "/users", body).json()["id"])
        self.ask("hire", admin, "POST", f"/users/{key}/reset-password", {"password": "Lantern-Meadow-26"})
        roles = self.ask("roles", admin, "GET", f"/users/{key}/roles")
        self.ask(
            "roles", admin, "PUT", f"/users/{key}/roles", {"roles": [self.roles[role]]}, If_Match=roles.headers["ETag"]
        )
        person = Person(username, key, role, Caller(username), **more)
        self.sign_in(person, "Lantern-Meadow-26")
        self.ask("password", person, "POST", "/me/password", {"current": "Lantern-Meadow-26", "new": PASSWORD})
        self.people.append(person)
        return person

    def sign_in(self, person: Person, password: str = "") -> None:
        password = password or (FIRST if person is self.admin else PASSWORD)
        person.seen = self.moment
        self.ask("sign in", person, "POST", "/auth/login", {"username": person.username, "password": password})
        person.caller.headers = {"X-CSRFToken": person.caller.client.cookies[CSRF_COOKIE].value}

    def open(self) -> None:
        """The company as it begins: teams of sellers with their managers, two clerks, an administrator."""
        self.admin = Person("admin", str(self.world.users["admin"]), "administrator", Caller("admin"))
        self.sign_in(self.admin)
        self.roles = {code: str(key) for code, key in Role.objects.values_list("code", "id")}
        homes = ("east", "south")
        teams = max(1, self.sellers // 8)
        self.managers = [self.hire(f"m{n}", "sales_manager", homes[n % 2]) for n in range(teams)]
        self.clerks = [self.hire(f"k{n}", "inside_sales", homes[n % 2]) for n in range(max(1, teams - 1))]
        self.reps = [
            self.hire(f"s{n:02d}", "sales_rep", homes[n % teams % 2], self.managers[n % teams])
            for n in range(self.sellers)
        ]
        self.words = {
            code: list(DictionaryValue.objects.filter(dictionary=code, active=True).values_list("value", flat=True))
            for code in ("release_reason", "lost_reason", "channel")
        }

    def working(self) -> list[Person]:
        """Those who come in today."""
        return [p for p in self.people if not p.gone and self.day not in p.away]

    # ------------------------------------------------------------ a day

    def live(self, night: Callable[[], None]) -> None:
        """One day from its night on; ``night`` is called when the night's work is done."""
        RateCounter.objects.all().delete()  # their windows go by the database's clock, which nobody moves
        weekend = self.moment.astimezone(ZONE).weekday() >= 5
        self.schedule(LOOKS[0])
        night()
        self.schedule(LOOKS[1])
        if not weekend:
            people = self.working()
            for person in people:
                self.sign_in(person)
                self.get("home", person, "/home")
                self.get("bell", person, "/notifications")
            turns = [p for p in people for _ in range(2 if p.role == "sales_rep" else 1)]
            self.dice.shuffle(turns)
            half = len(turns) // 2
            for person in turns[:half]:
                self.turn(person)
            self.schedule(LOOKS[2])
            for person in turns[half:]:
                self.turn(person)
            for person in people:
                if person.role == "sales_rep":
                    self.hand_in(person)
            for manager in self.managers:
                if manager in people:
                    self.read_reports(manager)
        self.schedule(LOOKS[3])
        for person in self.people:
            if person.leaves == self.day:
                self.leave(person)
        self.day += 1
        midnight = datetime.combine(self.moment.astimezone(ZONE).date() + timedelta(days=1), time(0, 5), ZONE)
        self.until(midnight.astimezone(UTC))

    def schedule(self, at: time) -> None:
        """Go on to ``at``, running what the schedule names: what comes once a day at its time, the rest once, now."""
        before = self.moment
        target = datetime.combine(before.astimezone(ZONE).date(), at, ZONE).astimezone(UTC)
        target = max(target, before)
        fires: list[tuple[datetime, str, Callable[[int], Any]]] = []
        for periodic in app.periodic_registry.periodic_tasks.values():
            times = []
            ticks = croniter(periodic.cron, before)
            while len(times) < 3 and (tick := ticks.get_next(datetime)) <= target:
                times.append(tick)
            often = len(times) >= 3
            for moment in [target] if often else times:
                fires.append((moment, periodic.task.name, periodic.task.func))
        for moment, _, function in sorted(fires, key=lambda fire: fire[:2]):
            self.until(max(moment, self.moment))
            function(int(moment.timestamp()))
        self.until(target)
        hand_on()

    # ------------------------------------------------------------ what people do

    def turn(self, person: Person) -> None:
        """One sitting of one person."""
        if person.role == "sales_rep":
            self.work_list(person)
            acts = (
                self.new_customer,
                self.new_lead,
                self.work_lead,
                self.from_pool,
                self.to_pool,
                self.deal,
                self.deal,
            )
            for act in self.dice.sample(acts, 3):
                act(person)
            self.tasks(person)
        elif person.role == "inside_sales":
            self.bring_in(person)
        else:
            self.manage(person)

    def work_list(self, person: Person) -> None:
        """The first lines of the list of whom to contact: a follow-up each, and when next."""
        found = self.get("worklist", person, "/worklist?limit=20")
        self.worklists.append(found["total"])
        for line in found["items"][: self.dice.randint(1, 4)]:
            days = self.dice.choice((2, 3, 7, 14))
            self.follow_up(person, line, days)

    def follow_up(self, person: Person, line: dict[str, Any], days: int) -> None:
        """What a line of the work list asks for, be it about a customer or a lead."""
        next_at = (self.moment + timedelta(days=days)).isoformat()
        body = {
            {"customers": "customer", "leads": "lead"}[line["object"]]: line["id"],
            "content": f"第 {self.day} 天：谈了报价与交期",
            "channel": self.dice.choice(self.words["channel"]),
            "next_contact_at": next_at,
        }
        self.create(person, "interactions", body)

    def own(self, person: Person, object_name: str) -> list[dict[str, Any]]:
        """The first of one's own records of a kind, with their state."""
        fields = {"customers": "name,in_pool", "opportunities": "status,stage"}.get(object_name, "status")
        path = f"/{object_name}?view=mine&limit=50&fields={fields}"
        items: list[dict[str, Any]] = self.get(f"list {object_name}", person, path)["items"]
        return items

    def name(self) -> str:
        self.number += 1
        return f"{self.dice.choice('华东南西北中')}{self.number:05d}号精密机械有限公司"

    def new_customer(self, person: Person) -> None:
        name = self.name()
        body = {"name": name, "phone": f"139{self.number:08d}", "size": self.dice.choice(("large", "small", None))}
        key = self.create(person, "customers", body, "create customer")
        if key:
            self.create(
                person, "contacts", {"name": f"张{self.number}", "customer": key, "phone": f"138{self.number:08d}"}
            )

    def new_lead(self, person: Person) -> None:
        self.create(person, "leads", {"name": f"线索{self.name()}", "phone": f"136{self.number:08d}"})

    def work_lead(self, person: Person) -> None:
        leads = [lead for lead in self.own(person, "leads") if lead["status"] in ("new", "working", "qualified")]
        if not leads:
            return self.new_lead(person)
        lead = self.dice.choice(leads)
        if lead["status"] != "qualified":
            self.command("qualify", person, "leads", lead["id"])
        self.command("convert", person, "leads", lead["id"])
        return None

    def from_pool(self, person: Person) -> None:
        items = self.get("pool", person, "/customers?view=pool&limit=20")["items"]
        if items:
            self.command("claim", person, "customers", self.dice.choice(items)["id"])

    def to_pool(self, person: Person) -> None:
        items = self.own(person, "customers")
        if len(items) > 5 and self.dice.random() < 0.5:
            reason = self.dice.choice(self.words["release_reason"])
            self.command("release", person, "customers", self.dice.choice(items)["id"], {"reason": reason})

    def deal(self, person: Person) -> None:
        """Begin a deal, or take an open one a step on: through the gate, to its end, or out."""
        deals = [d for d in self.own(person, "opportunities") if d["status"] == "open"]
        if not deals or self.dice.random() < 0.3:
            customers = self.own(person, "customers")
            if customers:
                body = {"name": f"商机{self.number}-{self.day}", "customer": self.dice.choice(customers)["id"]}
                self.create(person, "opportunities", body)
            return
        deal = self.dice.choice(deals)
        luck = self.dice.random()
        if luck < 0.15:
            reason = self.dice.choice(self.words["lost_reason"])
            self.command("lose", person, "opportunities", deal["id"], {"reason": reason})
        elif luck < 0.35:
            self.through(person, deal["id"], "win", {"amount": str(self.dice.randint(1, 90) * 10_000)})
        else:
            stages = {str(self.world.stages[code]) for code in OPEN_STAGES} - {deal["stage"]["id"]}
            self.through(person, deal["id"], "move-stage", {"stage": self.dice.choice(sorted(stages))})

    def through(self, person: Person, key: str, verb: str, body: dict[str, Any]) -> None:
        """A step; where its gate names what is missing, that is filled in and the step tried once more."""
        if self.command(verb, person, "opportunities", key, body):
            return
        deal = self.get("deal", person, f"/opportunities/{key}")
        fill = {"amount": "80000", "expected_close_on": "2027-03-01"}
        self.ask("fill in", person, "PATCH", f"/opportunities/{key}", fill, If_Match=f'"{deal["version"]}"')
        self.command(verb, person, "opportunities", key, body)

    def tasks(self, person: Person) -> None:
        """A task with a reminder for today or tomorrow; one of those open is done."""
        due = self.moment + timedelta(hours=self.dice.choice((2, 26)))
        remind = due - timedelta(hours=1)
        body = {"title": f"准备材料 {self.day}", "due_at": due.isoformat(), "remind_at": remind.isoformat()}
        self.reminded[self.create(person, "tasks", body)] = person.id
        open_tasks = [t for t in self.own(person, "tasks") if t["status"] == "open"]
        if open_tasks:
            task = self.dice.choice(open_tasks)
            if self.command("complete", person, "tasks", task["id"]):
                self.reminded.pop(task["id"], None)

    def hand_in(self, person: Person) -> None:
        day = self.moment.astimezone(ZONE).date().isoformat()
        drawn = self.get("prefill", person, f"/reports/prefill?kind=day&on={day}")
        assert drawn is not None
        key = self.create(person, "reports", {"kind": "day", "begins_on": day, "places": f"拜访 {self.day}"})
        self.command("submit", person, "reports", key)

    def read_reports(self, manager: Person) -> None:
        items = self.get("reports", manager, "/reports?limit=50")["items"]
        waiting = [r for r in items if r["status"] == "submitted" and r["read_at"] is None]
        for report in waiting[:5]:
            self.ask("comment", manager, "POST", f"/reports/{report['id']}/comments", {"text": "继续跟紧"})
            self.command("mark-read", manager, "reports", report["id"])

    def bring_in(self, person: Person) -> None:
        """A sheet of new customers."""
        head = ["公司名称*", "税号", "手机号码", "所属行业"]
        rows = []
        for _ in range(6):
            name = self.name()
            rows.append([name, credit_code(self.number), f"137{self.number:08d}", "制造业"])
        self.be_here(person)
        done = bring_in(person.caller, xlsx([head, *rows]))
        assert (done["done"]["failed"], done["created"]) == (0, 6), done

    def manage(self, person: Person) -> None:
        """Look at the figures, give out of the pool, give a customer to somebody else."""
        for part in ("totals", "funnel", "ranking", "regions"):
            self.get("analysis", person, f"/analysis/{part}")
        team = [p for p in self.reps if not p.gone]
        for pool in self.get("my pools", person, "/my-pools")["items"]:
            if pool["gives_out"]:
                self.get("board", person, f"/pools/{pool['id']}/distribution")
        items = self.get("pool", person, "/customers?view=pool&limit=5")["items"]
        for item in items[:2]:
            visible = [p for p in team if self.managers[self.reps.index(p) % len(self.managers)] is person]
            if visible:
                self.command("assign", person, "customers", item["id"], {"owner": self.dice.choice(visible).id})

    def leave(self, person: Person) -> None:
        """Somebody leaves for good: everything he holds goes to a colleague, then his account is closed."""
        heirs = [p for p in self.reps if not p.gone and p is not person]
        heir = next(
            p for p in heirs if self.reps.index(p) % len(self.managers) == self.reps.index(person) % len(self.managers)
        )
        for object_name, (person_field, states) in HOLDS.items():
            condition: dict[str, Any] = {"field": person_field, "op": "eq", "value": person.id}
            if states:
                condition = {"and": [condition, {"field": "status", "op": "in", "value": list(states)}]}
            action = "set" if object_name == "tasks" else "assign"
            body = {"filter": condition, "action": action, "params": {person_field: heir.id}}
            answer = self.ask("hand over", self.admin, "POST", f"/{object_name}/bulk", body)
            if answer.status_code == 422:  # he has none, or they went along with the customer
                continue
            job = answer.json()
            run_job(UUID(str(job["id"])))
            told = self.get("job", self.admin, f"/jobs/{job['id']}")
            assert told["state"] == "done" and not told["failed"], told
        self.ask("disable", self.admin, "POST", f"/users/{person.id}/disable", {})
        person.gone = True
        assert person.caller.get("/me").status_code == 401


def count(sql: str, *params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return int(cursor.fetchone()[0])
