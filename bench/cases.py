"""The rows of the table: what each asks for, as whom."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from django.db import connection

from bench import words
from bench.record import Recorder

VARIANTS = 24
PARTS = ("totals", "funnel", "losses", "trend", "ranking", "activity", "sources", "regions")
Request = tuple[str, str, Any]
"""Method, path, JSON body."""


@dataclass(slots=True)
class Case:
    """One row: pages a client goes through, each a list of requests."""

    name: str
    persona: str
    pages: list[list[Request]]
    kind: str = "read"
    composed: bool = False
    """Its answer is put together of several statements: the floor shows the rows in another order."""


def _get(path: str, **query: Any) -> Request:
    texts = {k: orjson.dumps(v).decode() if isinstance(v, dict) else v for k, v in query.items()}
    return ("GET", f"/api/v1/{path}" + (f"?{urlencode(texts)}" if texts else ""), None)


def make_cases(size: int, people: dict[str, Recorder]) -> list[Case]:
    """All rows, at most a few minutes of them."""
    dice = random.Random(3)
    cases = [Case("list", p, [[_get("customers")]]) for p in ("rep20", "rep200", "rep15000", "head", "everything")]
    depth = min(50_000, size // 2)
    cases += [Case("deep page", "everything", _deep(people["everything"], "", depth))]
    cases += [Case("deep page", "rep15000", _deep(people["rep15000"], "rep15000", depth))]
    if size >= 1_000_000:
        cases += [Case("deeper page", "everything", _deep(people["everything"], "", 800_000))]
    owners = _owners()
    cases += [Case("owner + industry", p, _filtered(owners, dice)) for p in ("head", "everything")]
    cases += [
        Case(
            "own + industry",
            "rep15000",
            [[_get("customers", filter=_and(("owner", "me"), ("industry", i)))] for i in words.INDUSTRIES],
        )
    ]
    numbers = [{"field": "custom.machines", "op": "eq", "value": n} for n in dice.sample(range(500), VARIANTS)]
    cases += [
        Case("custom field, filter", p, [[_get("customers", filter=leaf)] for leaf in numbers])
        for p in ("head", "everything")
    ]
    cases += [
        Case("custom field, sort", p, [[_get("customers", sort="-custom.machines")]]) for p in ("rep200", "everything")
    ]
    bought = {"and": [{"field": "status", "op": "eq", "value": "won"}, _lately("closed_at", 365)]}
    silent = {"and": [_counted("opportunities", 2, where=bought), {"not": _lately("last_contact_at", 30)}]}
    cases += [Case("bought twice, silent", p, [[_get("customers", filter=silent)]]) for p in ("rep20", "rep200")]
    faults = [{"field": "quality_faults", "op": "has", "value": f"invalid:{name}"} for name in ("phone", "email")]
    cases += [
        Case("faults that few have", p, [[_get("customers", filter=leaf, sort="quality")] for leaf in faults])
        for p in ("rep15000", "everything")
    ]
    rare = dice.sample(words.brands(), VARIANTS)
    cases += [
        Case("search, two characters", p, [[_get("customers", q=q)] for q in rare])
        for p in ("rep200", "head", "everything")
    ]
    cases += [
        Case("search, common word", "everything", [[_get("customers", q=q)] for q in ("科技", "设备", "软件", "杭州")])
    ]
    for persona in ("rep200", "everything"):
        keys = _some_ids(people[persona], persona, dice)
        cases.append(Case("detail", persona, [[_get(f"customers/{k}")] for k in keys]))
        cases.append(Case("detail page", persona, [_page(k) for k in keys]))
    cases += [Case("recycle bin", p, [[_get("interactions", deleted="true")]]) for p in ("rep200", "head", "everything")]
    cases += [Case("opportunities", p, [[_get("opportunities")]]) for p in ("rep15000", "head", "everything")]
    cases += [Case("board", p, [[_get("opportunities/board")]]) for p in ("rep15000", "head", "everything")]
    cases += [Case("whom to contact today", p, [[_get("worklist", limit=100)]], composed=True) for p in ("rep20", "rep200")]
    cases.append(Case("whom to contact today, team", "head", [[_get("worklist", limit=100, team="true")]], composed=True))
    cases += [Case("home", p, [[_get("home")]]) for p in ("rep200", "head")]
    cases += [Case("calendar month", p, _months(**more)) for p, more in (("rep200", {}), ("head", {"team": "true"}))]
    cases += [
        Case(f"analysis {part}", p, [[_get(f"analysis/{part}", **asked)] for asked in _periods()])
        for part in PARTS
        for p in ("rep200", "head", "everything")
    ]
    cases += [
        Case(f"analysis {part}, a year", "everything", [[_get(f"analysis/{part}", period=str(date.today().year))]])
        for part in PARTS
    ]
    body = {
        "name": "杭州云帆〇〇〇〇〇〇科技有限公司",
        "industry": "it",
        "phone": "057187654321",
        "region": "杭州",
        "source": "visit",
    }
    cases.append(Case("create", "rep200", [[("POST", "/api/v1/customers", body)]], kind="create"))
    return cases


def _periods() -> list[dict[str, str]]:
    """This month and those before, as a person goes back."""
    today = date.today().replace(day=1)
    return [{"period": f"{today - timedelta(days=30 * n):%Y-%m}"} for n in range(4)]


def _months(**more: str) -> list[list[Request]]:
    """The months around today, in whole weeks as the screen asks for them."""
    today = date.today()
    first = today.replace(day=1)
    starts = [first - timedelta(days=first.weekday() + 28 * n) for n in range(4)]
    return [
        [_get("calendar", first=day.isoformat(), last=(day + timedelta(days=41)).isoformat(), **more)] for day in starts
    ]


def _page(key: str) -> list[Request]:
    """What the page of a customer loads: the record, its timeline, and its panels of contacts and opportunities."""
    held = {"field": "customer", "op": "eq", "value": key}
    return [
        _get(f"customers/{key}"),
        _get(f"customers/{key}/timeline"),
        _get("contacts", filter=held, limit=20),
        _get("opportunities", filter=held, limit=20),
    ]


def _and(*leaves: tuple[str, str]) -> dict[str, Any]:
    return {"and": [{"field": name, "op": "eq", "value": value} for name, value in leaves]}


def _lately(field: str, days: int) -> dict[str, Any]:
    return {"field": field, "op": "within_last", "value": {"days": days}}


def _counted(name: str, least: int, *, where: dict[str, Any]) -> dict[str, Any]:
    """At least so many records of another kind, of those that meet ``where``, point here (CUS-7)."""
    return {
        "related": {"object": name, "field": "customer"},
        "where": where,
        "measure": {"op": "count"},
        "op": "gte",
        "value": least,
    }


def _filtered(owners: list[str], dice: random.Random) -> list[list[Request]]:
    return [
        [_get("customers", filter=_and(("owner", dice.choice(owners)), ("industry", dice.choice(words.INDUSTRIES))))]
        for _ in range(VARIANTS)
    ]


def _owners() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id::text FROM accounts_user u WHERE u.username LIKE 'seller%' OR u.username = 'rep200' ORDER BY u.username"
        )
        return [row[0] for row in cursor.fetchall()]


def _deep(person: Recorder, username: str, depth: int) -> list[list[Request]]:
    """Pages around the ``depth``-th row: cursors the product itself gives out, reached by its own pages of one row."""
    mine = "owner_id = (SELECT id FROM accounts_user WHERE username = %s)" if username else "%s = ''"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM customers_customer WHERE deleted_at IS NULL AND {mine}", [username])
        depth = min(depth, cursor.fetchone()[0] // 2)
    return [[_get("customers", cursor=_cursor(person, mine, username, depth + n * 50))] for n in range(8)]


def _cursor(person: Recorder, mine: str, username: str, depth: int) -> str:
    from kemai.accounts.sessions import caller_of_session  # noqa: PLC0415 -- needs Django
    from kemai.platform.api.records import query_of  # noqa: PLC0415
    from kemai.platform.objects.declare import get_object  # noqa: PLC0415
    from kemai.platform.objects.select import sign_cursor  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT updated_at::text, id::text FROM customers_customer WHERE deleted_at IS NULL AND {mine} ORDER BY updated_at DESC, id DESC OFFSET %s LIMIT 1",
            [username, depth],
        )
        value, key = cursor.fetchone()
    caller = caller_of_session(person.cookies["kemai_session"])
    assert caller is not None
    declaration = get_object("customers")
    return sign_cursor(caller.actor, declaration, query_of(declaration, {}, actor=caller.actor), value, key)


def _some_ids(person: Recorder, persona: str, dice: random.Random) -> list[str]:
    found = person.send(*_get("customers", limit=200)).ids
    return dice.sample(found, min(VARIANTS, len(found)))


MakeCases = Callable[[int, dict[str, Recorder]], list[Case]]
