"""Keeping the score with the record, confirming a file, and the figures of the quality page (CUS-10)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor, SystemActor, branches
from kemai.base.audit import act
from kemai.kit.clock import now, today
from kemai.kit.errors import NotFound
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft, ObjectType, all_objects, get_object
from kemai.platform.objects.read import get_detail
from kemai.platform.objects.secrecy import HIDDEN, access_of
from kemai.platform.objects.write import lock_row, update_rows
from kemai.platform.quality.declare import INVALID, MISSING, Quality, judge

KEEPER = SystemActor("quality")
BATCH = 1000
LOW = 60
SHOWN = 200
"""Owners or departments told one by one, those with most to mend first."""

COMPANY_ZONE = "Asia/Shanghai"
TREND_DAYS = 90

WORDS = {
    MISSING: T("未填写：{field}", "Not filled in: {field}"),
    INVALID: T("不正确：{field}", "Not valid: {field}"),
    "suspicious": T("可疑：{field}", "Looks made up: {field}"),
}


def declared(object_name: str) -> tuple[ObjectType, Quality]:
    """A kind of record whose quality is judged; :class:`NotFound` for others."""
    declaration = get_object(object_name)
    if declaration.quality is None:
        raise NotFound
    return declaration, declaration.quality


def confirm_record(actor: Actor, object_name: str, key: UUID) -> None:
    """Somebody looked and says: what is written here is true today."""
    declaration, quality = declared(object_name)
    with act(actor, "confirm", object=object_name, record_id=key):
        row = lock_row(actor, declaration, key, declaration.perm("edit"))
        update_rows(declaration, actor.id, [Draft(key, row, {quality.confirmed: now()})])


def explain_record(actor: Actor, object_name: str, key: UUID) -> dict[str, Any]:
    """The score of a record part by part, as far as the asker may know its fields."""
    declaration, quality = declared(object_name)
    record = get_detail(actor, declaration, key)
    names = {f.name: f for f in declaration.fields if access_of(actor, declaration, f) != HIDDEN}
    found: list[dict[str, Any]] = []
    for fault in record.get(quality.faults) or []:
        kind, _, name = str(fault).partition(":")
        if name in names and kind in WORDS:
            weight = next((w.weight.value() for w in quality.weights if w.field == name), 0)
            points = weight if kind == MISSING else quality.penalty.value()
            text = WORDS[kind].to(field=names[name].label.to())
            found.append({"kind": kind, "field": name, "text": text, "weight": points})
    found.sort(key=lambda f: (f["kind"] == MISSING, -int(f["weight"])))
    confirmed = record.get(quality.confirmed)
    return {
        "score": record.get(quality.score),
        "faults": found,
        "confirmed_at": confirmed,
        "stale_days": quality.stale_days.value(),
    }


def figures(actor: Actor, object_name: str, by: str) -> dict[str, Any]:
    """Per department or owner: how many records, their average score, how many are low, stale, invalid or suspicious; over exactly
    what the asker may see. And how it was on earlier days, for the departments he sees whole."""
    declaration, quality = declared(object_name)
    actor.require(declaration.perm("view"))
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    column, table = {
        "owner": (declaration.ownership.owners[0], "accounts_user"),
        "department": (declaration.ownership.departments[0], "accounts_department"),
    }.get(by, ("", ""))
    if not column:
        raise NotFound
    stale = f"COALESCE(t.{quality.confirmed}, t.created_at) < now() - make_interval(days => %(days)s)"
    sums = (
        f"count(*), avg(t.{quality.score})::int, count(*) FILTER (WHERE t.{quality.score} < {LOW}), count(*) FILTER (WHERE {stale}), "
        f"count(*) FILTER (WHERE t.{quality.faults}::text LIKE '%%invalid:%%'), "
        f"count(*) FILTER (WHERE t.{quality.faults}::text LIKE '%%suspicious:%%')"
    )
    where = f"t.deleted_at IS NULL AND {scope.sql}"
    params = {**scope.params, "days": quality.stale_days.value()}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.{column}, p.name, {sums} FROM {declaration.table} t LEFT JOIN {table} p ON p.id = t.{column} "
            f"WHERE {where} GROUP BY GROUPING SETS ((t.{column}, p.name), ()) "
            f"ORDER BY GROUPING(t.{column}) DESC, 5 DESC, 2 LIMIT {SHOWN + 2}",
            params,
        )
        whole, *rows = cursor.fetchall()
        cursor.execute(
            f"SELECT f, count(*) FROM {declaration.table} t CROSS JOIN LATERAL unnest(t.{quality.faults}) f WHERE {where} "
            "GROUP BY 1 ORDER BY 2 DESC LIMIT 20",
            params,
        )
        faults = cursor.fetchall()
    names = ("count", "score", "low", "stale", "invalid", "suspicious")
    groups = [
        {"id": row[0], "label": row[1] or T("公海", "Public pool").to(), **dict(zip(names, row[2:], strict=True))}
        for row in rows[:SHOWN]
    ]
    return {
        "by": by,
        "stale_days": quality.stale_days.value(),
        "low": LOW,
        "total": {name: figure or 0 for name, figure in zip(names, whole[2:], strict=True)},
        "groups": groups,
        "more": len(rows) > SHOWN,
        "faults": [line for fault, count in faults if (line := _fault_line(actor, declaration, fault, count))],
        "trend": _trend(actor, declaration),
    }


def _fault_line(actor: Actor, declaration: ObjectType, fault: str, count: int) -> dict[str, Any] | None:
    kind, _, name = fault.partition(":")
    f = declaration.by_name.get(name)
    if f is None or kind not in WORDS or access_of(actor, declaration, f) == HIDDEN:
        return None
    return {"fault": fault, "text": WORDS[kind].to(field=f.label.to()), "count": count}


def _trend(actor: Actor, declaration: ObjectType) -> list[dict[str, Any]]:
    reach = actor.reach(declaration.perm("view"))
    if reach is None or not (reach.everything or reach.departments):
        return []
    within = "" if reach.everything else "AND department_id = ANY(%(departments)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT day, sum(records)::int, (sum(score_total) / NULLIF(sum(records), 0))::int, sum(low)::int, sum(stale)::int "
            f"FROM platform_quality_day WHERE object = %(object)s AND day > %(since)s {within} GROUP BY 1 ORDER BY 1",
            {"object": declaration.name, "since": _since(), "departments": sorted(reach.departments)},
        )
        names = ("day", "count", "score", "low", "stale")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _since() -> date:
    return date.fromordinal(today(COMPANY_ZONE).toordinal() - TREND_DAYS)


# ---------------------------------------------------------------- kept true


def judge_again() -> int:
    """Judge every record anew where the rules or weights have changed since, and note the day's figures. Returns how many changed."""
    changed = 0
    for declaration in all_objects():
        if declaration.quality:
            changed += _judge_all(declaration, declaration.quality)
            _note_day(declaration, declaration.quality)
    return changed


def _judge_all(declaration: ObjectType, quality: Quality) -> int:
    names = {w.field for w in quality.weights} | set(quality.checks) | set(quality.doubts)
    names |= {w.only[0] for w in quality.weights if w.only}
    columns = {name: declaration.by_name[name].stored for name in names}
    stored = list(dict.fromkeys([*columns.values(), quality.score, quality.faults]))
    after: UUID | None = None
    changed = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {', '.join(stored)} FROM {declaration.table} WHERE deleted_at IS NULL "
                f"AND (%(after)s::uuid IS NULL OR id > %(after)s) ORDER BY id LIMIT {BATCH}",
                {"after": after},
            )
            rows = [dict(zip(("id", *stored), row, strict=True)) for row in cursor.fetchall()]
        if not rows:
            return changed
        after = rows[-1]["id"]
        news = []
        for row in rows:
            verdict = judge(quality, lambda name, row=row: row[columns[name]])  # type: ignore[misc]
            if (verdict.score, list(verdict.faults)) != (row[quality.score], list(row[quality.faults])):
                news.append((row["id"], verdict.score, "{" + ",".join(verdict.faults) + "}"))
        if news:
            changed += len(news)
            with act(KEEPER, "quality", object=declaration.name), connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {declaration.table} t SET {quality.score} = v.score, {quality.faults} = v.faults::text[] "
                    "FROM unnest(%s::uuid[], %s::int[], %s::text[]) AS v (id, score, faults) WHERE t.id = v.id",
                    [list(part) for part in zip(*news, strict=True)],
                )


def _note_day(declaration: ObjectType, quality: Quality) -> None:
    stale = f"COALESCE({quality.confirmed}, created_at) < now() - make_interval(days => %(days)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO platform_quality_day (object, day, department_id, records, score_total, low, stale) "
            f"SELECT %(object)s, %(day)s, {declaration.ownership.departments[0]}, count(*), COALESCE(sum({quality.score}), 0), "
            f"count(*) FILTER (WHERE {quality.score} < {LOW}), count(*) FILTER (WHERE {stale}) FROM {declaration.table} "
            "WHERE deleted_at IS NULL GROUP BY 3 ON CONFLICT (object, day, department_id) DO UPDATE SET records = EXCLUDED.records, "
            "score_total = EXCLUDED.score_total, low = EXCLUDED.low, stale = EXCLUDED.stale",
            {"object": declaration.name, "day": today(COMPANY_ZONE), "days": quality.stale_days.value()},
        )
