"""One stream of everything around a record: the follow-ups and tasks that point to it, and its own changes, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor, branches, can, doer_label
from kemai.kit.errors import NotFound
from kemai.platform.objects.declare import ObjectType, all_objects
from kemai.platform.objects.history import action_label
from kemai.platform.objects.logs import cursor_at, place_after
from kemai.platform.objects.read import day_params
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.select import Output, build_columns, remembered

PAGE = 20


def record_timeline(actor: Actor, declaration: ObjectType, key: UUID, *, cursor: str = "") -> dict[str, Any]:
    """One page. Each source contributes its newest few from its own index; the page is the newest of them all."""
    view = declaration.perm("view")
    if not actor.has(view) or not can(actor, view, declaration.ownership, table=declaration.table, key=key):
        raise NotFound
    before, before_id = place_after(cursor) or (None, None)
    found: list[dict[str, Any]] = []
    for source in _sources(actor, declaration):
        found += _read(actor, source, declaration.name, key, before, before_id)
    found += _decisions(declaration, key, before)
    found.sort(key=lambda item: (item["at"], item["id"]), reverse=True)
    page = found[:PAGE]
    following = cursor_at(page[-1]["at"], page[-1]["id"]) if len(found) > PAGE else None
    return {"items": page, "next_cursor": following}


def _decisions(declaration: ObjectType, key: UUID, before: datetime | None) -> list[dict[str, Any]]:
    """What was decided about the record itself: its commands, who gave them and why. Edits of fields stay in the history."""
    rows = fetch_rows(
        "SELECT id, at, actor_id, actor_name, action, reason FROM base_auditevent WHERE record_id = %(key)s "
        "AND action = ANY(%(actions)s) AND (%(before)s::timestamptz IS NULL OR at < %(before)s::timestamptz) "
        f"ORDER BY id DESC LIMIT {PAGE + 1}",
        {"key": key, "actions": ["create", "restore", *declaration.command_map], "before": before},
    )
    return [
        {
            "kind": "change",
            "id": str(UUID(int=row[0])),  # the cursor compares keys of one form
            "at": row[1],
            "actor": {"id": row[2], "label": doer_label(row[2], row[3])},
            "title": action_label(declaration, row[4]),
            "text": row[5],
            "data": {},
        }
        for row in rows
    ]


def _sources(actor: Actor, declaration: ObjectType) -> list[ObjectType]:
    return [
        o
        for o in all_objects()
        if o.timeline_source
        and actor.has(o.perm("view"))
        and any(target == declaration.name for _, target in o.timeline_source.anchors)
    ]


def _read(
    actor: Actor, source: ObjectType, anchor: str, key: UUID, before: datetime | None, before_id: str | None
) -> list[dict[str, Any]]:
    line = source.timeline_source
    assert line is not None
    plan = remembered(("timeline", source.stamp, anchor, actor.signature), lambda: _plan_source(actor, source, anchor))
    place = f"AND ({plan.at}, t.id) < (%(before)s::timestamptz, %(before_id)s::uuid)" if before else ""
    rows = fetch_rows(
        f"{plan.sql} {place} ORDER BY {plan.at} DESC, t.id DESC LIMIT {PAGE + 1}",
        {**plan.params, **day_params(actor), "key": key, "before": before, "before_id": before_id},
    )
    items = []
    for row in rows:
        item = plan.output.make(row)
        items.append(
            {
                "kind": source.name,
                "id": item["id"],
                "at": item[line.at],
                "actor": item["created_by"],
                "title": item[line.title],
                "text": item[line.text],
                "data": {n: item[n] for n in line.data},
            }
        )
    return items


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """The compiled beginning of a source's statement."""

    sql: str
    at: str
    params: dict[str, Any]
    output: Output


def _plan_source(actor: Actor, source: ObjectType, anchor: str) -> SourcePlan:
    line = source.timeline_source
    assert line is not None
    columns = build_columns(
        actor, source, tuple(dict.fromkeys((line.at, line.title, line.text, *line.data, "created_by")))
    )
    scope = branches(actor, source.perm("view"), source.ownership)
    anchors = " OR ".join(f"{source.by_name[f].expression} = %(key)s" for f, target in line.anchors if target == anchor)
    sql = f"SELECT {', '.join(columns.select)} FROM {source.table} t WHERE t.deleted_at IS NULL AND ({anchors}) AND {scope.sql}"
    return SourcePlan(sql, source.by_name[line.at].expression, {**columns.params, **scope.params}, columns.output)
