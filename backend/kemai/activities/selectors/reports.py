"""Numbers and lines a sheet is filled with, and a team's sheets on one screen. A constant number of statements (ACT-7)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import orjson

from kemai.accounts.access import Actor, branches
from kemai.activities.models import Report, ReportComment
from kemai.activities.reporting import Figure, Lines, figures, lines
from kemai.activities.rules.periods import KINDS, Periods, begin_of, periods_of
from kemai.activities.selectors.calendar import calendar_entries
from kemai.activities.selectors.worklist import Whose, people_in_charge
from kemai.base.currencies import BASE_CURRENCY
from kemai.kit.clock import start_of_day, today
from kemai.kit.errors import Malformed
from kemai.kit.words import T
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import on as put_on
from kemai.platform.objects.secrecy import output
from kemai.platform.objects.select import title_sql
from kemai.platform.workdays import work_calendar

VIEW = "activities.report.view"
TEXTS = ("places", "deals", "problems", "plans", "expected")
MOST_LINES = 60


def checked(kind: str, on: date) -> tuple[str, date]:
    """A known kind, and the first day of its period."""
    if kind not in KINDS:
        raise Malformed(what=f"kind ({', '.join(KINDS)})")
    return kind, begin_of(kind, on)


def periods_for(kind: str, on: date) -> Periods:
    """The periods of a sheet; a morning looks back to the last working day."""
    before = work_calendar().add_working_days(on, -1) if kind == "morning" else None
    return periods_of(kind, on, before=before)


def numbers(actor: Actor, people: list[UUID], periods: Periods) -> dict[UUID, list[dict[str, Any]]]:
    """Each person's figures, each with the list it opens. One statement."""
    known = [f for f in figures() if actor.has(get_object(f.object).perm("view"))]
    params: dict[str, Any] = {**actor.params, "people": people}
    parts = [_figure_sql(actor, figure, n, periods, params) for n, figure in enumerate(known)]
    values: dict[tuple[str, str], Any] = {}
    if parts:
        values = {(row[0], row[1]): row[2] for row in fetch_rows(" UNION ALL ".join(parts), params)}
    return {
        person: [
            {
                "code": f.code,
                "label": f.label.to(),
                "value": values.get((f.code, str(person)), "0.00" if f.money else "0"),
                "unit": BASE_CURRENCY.value() if f.money else "",
                "path": _path(actor, f, person, periods),
            }
            for f in known
        ]
        for person in people
    }


def _edges(actor: Actor, periods: Periods, *, ahead: bool, dated: bool) -> tuple[Any, Any]:
    first, after = (periods.after, periods.next_after) if ahead else (periods.first, periods.after)
    return (first, after) if dated else (start_of_day(first, actor.time_zone), start_of_day(after, actor.time_zone))


def _figure_sql(actor: Actor, figure: Figure, n: int, periods: Periods, params: dict[str, Any]) -> str:
    declaration = get_object(figure.object)
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    params.update(scope.params)
    params[f"from_{n}"], params[f"to_{n}"] = _edges(actor, periods, ahead=figure.ahead, dated=figure.dated)
    more = f" AND {figure.where}" if figure.where else ""
    return (
        f"SELECT '{figure.code}', {figure.person}::text, ({figure.measure})::text FROM {declaration.table} t "
        f"WHERE t.deleted_at IS NULL AND {figure.person} = ANY(%(people)s) AND {figure.at} >= %(from_{n})s AND {figure.at} < %(to_{n})s"
        f"{more} AND {scope.sql} GROUP BY {figure.person}"
    )


def _path(actor: Actor, figure: Figure, person: UUID, periods: Periods) -> str:
    first, after = _edges(actor, periods, ahead=figure.ahead, dated=figure.dated)
    tree = {
        "and": [
            {"field": figure.person_field, "op": "eq", "value": str(person)},
            {"field": figure.at_field, "op": "gte", "value": first.isoformat()},
            {"field": figure.at_field, "op": "lt", "value": after.isoformat()},
            *figure.leaves,
        ]
    }
    return f"/{figure.object}?view=all&filter={quote(orjson.dumps(tree).decode())}"


def prefill(actor: Actor, kind: str, on: date) -> dict[str, Any]:
    """One's own sheet as records tell it: numbers, and texts to start from."""
    kind, on = checked(kind, on)
    periods = periods_for(kind, on)
    texts = _texts(actor, periods)
    texts["plans"] = _plans(actor, periods)
    existing = Report.objects.filter(owner_id=actor.id, kind=kind, begins_on=on, deleted_at__isnull=True).first()
    return {
        "kind": kind,
        "on": on,
        "first": periods.first,
        "last": periods.after - timedelta(days=1),
        "next_first": periods.after,
        "next_last": periods.next_after - timedelta(days=1),
        "figures": numbers(actor, [actor.id], periods)[actor.id],
        "texts": {name: texts.get(name, "") for name in TEXTS},
        "report": {"id": existing.id, "version": existing.version, "status": existing.status} if existing else None,
    }


def _texts(actor: Actor, periods: Periods) -> dict[str, str]:
    known = [line for line in lines() if actor.has(get_object(line.object).perm("view"))]
    params: dict[str, Any] = {**actor.params, "person": actor.id}
    parts = [_lines_sql(actor, line, n, periods, params) for n, line in enumerate(known)]
    if not parts:
        return {}
    rows = fetch_rows(f"SELECT * FROM ({' UNION ALL '.join(parts)}) a ORDER BY a.part, a.at LIMIT {MOST_LINES}", params)
    found: dict[str, list[str]] = {}
    for part, _, customer, text in rows:
        found.setdefault(part, []).append(" — ".join(filter(None, (customer, text))))
    return {part: "\n".join(texts) for part, texts in found.items()}


def _lines_sql(actor: Actor, line: Lines, n: int, periods: Periods, params: dict[str, Any]) -> str:
    declaration, customers = get_object(line.object), get_object("customers")
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    seen = branches(actor, customers.perm("view"), customers.ownership, alias="c")
    params.update(scope.params)
    params.update(seen.params)
    params[f"from_{n}"], params[f"to_{n}"] = _edges(actor, periods, ahead=line.ahead, dated=line.dated)
    said = [sql for name in line.texts if (sql := output(actor, declaration, declaration.by_name[name]))]
    text = " || ' ' || ".join(f"left(COALESCE(({sql})::text, ''), 80)" for sql in said) or "''"
    name = put_on("c", title_sql(actor, customers))
    more = f" AND {line.where}" if line.where else ""
    return (
        f"SELECT '{line.part}' AS part, {line.at}::timestamptz AS at, (SELECT {name} FROM customers_customer c "
        f"WHERE c.id = {line.customer} AND {seen.sql}) AS customer, {text} AS text FROM {declaration.table} t "
        f"WHERE t.deleted_at IS NULL AND {line.person} = %(person)s AND {line.at} >= %(from_{n})s AND {line.at} < %(to_{n})s"
        f"{more} AND {scope.sql}"
    )


def _plans(actor: Actor, periods: Periods) -> str:
    """What the calendar holds for the days that follow, at most a month of them."""
    last = min(periods.next_after - timedelta(days=1), periods.after + timedelta(days=31))
    entries, _ = calendar_entries(actor, Whose([actor.id], False), first=periods.after, last=last)
    single = (last - periods.after).days == 0
    found = []
    for entry in entries:
        if entry["done"] or entry["code"] in ("birthday", "anniversary"):
            continue
        customer = entry["customer"]["label"] if entry["customer"] else ""
        title = str(entry["title"])
        words = title if not customer or customer in title else f"{customer} — {title}"
        found.append(words if single else f"{entry['day'][5:]} {words}")
    return "\n".join(found[:MOST_LINES])


def team(actor: Actor, kind: str, on: date) -> dict[str, Any]:
    """Everybody's sheet of one period in the reader's charge, with comments; who has not handed one in, with the numbers as they are."""
    actor.require(VIEW)
    kind, on = checked(kind, on)
    people = people_in_charge(actor, VIEW)
    keys = [p["id"] for p in people]
    declaration = get_object("reports")
    scope = branches(actor, VIEW, declaration.ownership)
    rows = fetch_rows(
        f"SELECT t.id, t.version, t.owner_id, t.status, {', '.join(f't.{c}' for c in TEXTS)}, t.snapshot, t.submitted_at, t.read_at, "
        "(SELECT u.name FROM accounts_user u WHERE u.id = t.read_by_id) FROM activities_report t "
        f"WHERE t.deleted_at IS NULL AND t.kind = %(kind)s AND t.begins_on = %(on)s AND t.owner_id = ANY(%(people)s) AND {scope.sql}",
        {**scope.params, "kind": kind, "on": on, "people": keys},
    )
    found = {row[2]: _sheet(row) for row in rows}
    comments = comments_of([UUID(s["id"]) for s in found.values()])
    live = numbers(actor, keys, periods_for(kind, on))
    items = []
    for person in people:
        sheet = found.get(str(person["id"]))
        if sheet:
            sheet["comments"] = comments.get(sheet["id"], [])
        items.append(
            {"person": person, "report": sheet, "figures": (sheet or {}).get("snapshot") or live[person["id"]]}
        )
    return {"kind": kind, "on": on, "items": items, "can_comment": actor.has("activities.report.comment")}


def latest_morning(actor: Actor) -> date:
    """The day of the morning sheet that should be there by now: today, or the last working day."""
    on, days = today(actor.time_zone), work_calendar()
    return on if days.is_working_day(on) else days.add_working_days(on, -1)


def not_handed_in(actor: Actor, kind: str, on: date) -> list[dict[str, Any]]:
    """Who in the reader's charge has handed in no sheet of a period: those the team's page shows without one. Two statements."""
    actor.require(VIEW)
    kind, on = checked(kind, on)
    people = people_in_charge(actor, VIEW)
    scope = branches(actor, VIEW, get_object("reports").ownership)
    rows = fetch_rows(
        "SELECT t.owner_id FROM activities_report t WHERE t.deleted_at IS NULL AND t.kind = %(kind)s AND t.begins_on = %(on)s "
        f"AND t.status = 'submitted' AND t.owner_id = ANY(%(people)s) AND {scope.sql}",
        {**scope.params, "kind": kind, "on": on, "people": [p["id"] for p in people]},
    )
    there = {row[0] for row in rows}
    return [person for person in people if str(person["id"]) not in there]


def _sheet(row: tuple[Any, ...]) -> dict[str, Any]:
    key, version, _, status, *rest = row
    texts, (snapshot, submitted_at, read_at, read_by) = rest[: len(TEXTS)], rest[len(TEXTS) :]
    return {
        "id": key,
        "version": version,
        "status": status,
        **dict(zip(TEXTS, texts, strict=True)),
        "snapshot": snapshot,
        "submitted_at": submitted_at,
        "read_at": read_at,
        "read_by": read_by,
    }


def comments_of(reports: list[UUID]) -> dict[str, list[dict[str, Any]]]:
    """Comments by report, oldest first. The reports are ones the reader may see."""
    found: dict[str, list[dict[str, Any]]] = {}
    rows = ReportComment.objects.filter(report_id__in=reports).order_by("at", "id").select_related("author")
    for c in rows:
        found.setdefault(str(c.report_id), []).append(
            {"id": c.id, "author": {"id": c.author_id, "label": c.author.name}, "text": c.text, "at": c.at}
        )
    return found


KIND_WORDS = {
    "morning": T("晨会表", "Morning sheet"),
    "day": T("日报", "Daily report"),
    "week": T("周报", "Weekly report"),
    "month": T("月报", "Monthly report"),
}
