"""Everything with a date, of one person or a team, between two days. One statement (ACT-4)."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta
from typing import Any

from kemai.accounts.access import Actor, branches
from kemai.activities.calendar import Source, sources
from kemai.activities.selectors.worklist import Whose
from kemai.kit.clock import start_of_day
from kemai.kit.errors import Malformed
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.read import day_params
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import on, output
from kemai.platform.objects.select import title_sql

LONGEST = 62
"""Days at once: a month in whole weeks and some."""
LIMIT = 2000


def calendar_entries(
    actor: Actor, whose: Whose, *, first: date, last: date, longest: int = LONGEST, gone: bool = False
) -> tuple[list[dict[str, Any]], bool]:
    """What stands from ``first`` to ``last``, both included, in order; and whether there was more than fits. ``gone``: what stood
    there and lies in the bin now, for programs that keep a copy."""
    if not first <= last or (last - first).days >= longest:
        raise Malformed(what=f"from, to (at most {longest} days)")
    known = [s for s in sources() if actor.has(get_object(s.object).perm("view")) and (s.own_day or not gone)]
    params: dict[str, Any] = {**day_params(actor), **actor.params, **_span(actor, first, last), "people": whose.people}
    parts = [_part(actor, source, params, gone) for source in known]
    if not parts:
        return [], False
    rows = fetch_rows(_statement(actor, parts, params), params)
    labels = {s.code: s for s in known}
    entries = [_entry(row, labels) for row in rows[:LIMIT]]
    return entries, len(rows) > LIMIT


def _span(actor: Actor, first: date, last: date) -> dict[str, Any]:
    """The edges as instants and dates, and every day with the yearly day it stands for: 29 February is kept on the 28th."""
    days, yearly = [], []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        days.append(day)
        yearly.append(f"{day:%m-%d}")
        if yearly[-1] == "02-28" and not isleap(day.year):
            days.append(day)
            yearly.append("02-29")
    after = last + timedelta(days=1)
    return {
        "from": start_of_day(first, actor.time_zone),
        "to": start_of_day(after, actor.time_zone),
        "first": first,
        "last": after,
        "days": days,
        "yearly": yearly,
        "zone": actor.time_zone,
        "limit": LIMIT + 1,
    }


def _part(actor: Actor, source: Source, params: dict[str, Any], gone: bool) -> str:
    declaration = get_object(source.object)
    scope = branches(actor, declaration.perm("view"), declaration.ownership, alias="x")
    edit = branches(actor, declaration.perm("edit"), declaration.ownership, alias="x")
    params.update(scope.params)
    params.update(edit.params)
    title = output(actor, declaration, declaration.by_name[source.title])
    at = f"({source.at}::timestamp AT TIME ZONE %(zone)s)" if source.all_day else source.at
    day = source.at if source.all_day else f"({source.at} AT TIME ZONE %(zone)s)::date"
    moves = f"({edit.sql} AND NOT ({source.done}))" if source.field else "FALSE"
    return (
        f"SELECT '{source.code}' AS code, '{source.object}' AS object, x.id AS id, x.version AS version, {at} AS at, {day} AS day, "
        f"{on('x', title) if title else 'NULL'}::text AS title, {source.customer} AS customer_id, {source.person} AS person_id, "
        f"({source.done}) AS done, {moves} AS can_move, "
        f"x.updated_at AS updated_at FROM {declaration.table} x{source.joins} "
        f"WHERE x.deleted_at IS {'NOT ' if gone else ''}NULL AND {source.where} AND {scope.sql}"
    )


def _statement(actor: Actor, parts: list[str], params: dict[str, Any]) -> str:
    customers = get_object("customers")
    scope = branches(actor, customers.perm("view"), customers.ownership, alias="c")
    params.update(scope.params)
    name = on("c", title_sql(actor, customers))
    return (
        "SELECT e.code, e.object, e.id, e.version, e.at, e.day, e.title, e.customer_id, "
        f"(SELECT {name} FROM customers_customer c WHERE c.id = e.customer_id AND {scope.sql}), e.person_id, u.name, e.done, e.can_move, e.updated_at "
        f"FROM (SELECT * FROM ({' UNION ALL '.join(parts)}) a ORDER BY a.at, a.id LIMIT %(limit)s) e "
        "LEFT JOIN accounts_user u ON u.id = e.person_id ORDER BY e.at, e.id"
    )


def _entry(row: tuple[Any, ...], labels: dict[str, Source]) -> dict[str, Any]:
    code, name, key, version, at, day, title, customer_id, customer, person_id, person, done, can_move, updated_at = row
    source = labels[code]
    words = title or customer or source.label.to()
    return {
        "code": code,
        "label": source.label.to(),
        "object": name,
        "id": key,
        "version": version,
        "at": None if source.all_day else at,
        "day": day,
        "all_day": source.all_day,
        "title": f"{source.prefix.to()} {words}" if source.prefix else words,
        "customer": {"id": customer_id, "label": customer} if customer_id and customer else None,
        "person": {"id": person_id, "label": person} if person_id else None,
        "done": done,
        "field": source.field,
        "can_move": bool(can_move),
        "updated_at": updated_at,
    }
