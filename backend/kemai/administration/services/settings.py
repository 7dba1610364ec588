"""The reading of the audit log, and parameters for the command line."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import connection

from kemai.accounts.access import Actor, SystemActor, doer_label
from kemai.administration.services.audit_words import COLUMNS, told
from kemai.base import parameters
from kemai.kit.errors import Malformed
from kemai.kit.ids import parse_id
from kemai.kit.words import T
from kemai.platform.alarms import watched_by
from kemai.platform.objects.declare import Field, ObjectType, all_objects
from kemai.platform.objects.history import ACTIONS, action_label
from kemai.platform.objects.read import list_options

PAGE = 50
ALARMS = [action for action in ACTIONS if action.startswith("alarm.")]
watched_by("administration.audit.view")


def read_audit(actor: Actor, *, filters: dict[str, Any], cursor: str) -> dict[str, Any]:
    """The audit log, newest first; the action ``alarm`` stands for all alarms. Values of changes are shown as stored; this right is for auditors."""
    actor.require("administration.audit.view")
    conditions: list[str] = []
    params: dict[str, Any] = {"limit": PAGE + 1}
    for name, column in (("actor", "e.actor_id"), ("record", "e.record_id")):
        if filters.get(name):
            key = parse_id(filters[name])
            if key is None:
                raise Malformed(what=name)
            conditions.append(f"{column} = %({name})s")
            params[name] = key
    if filters.get("object"):
        conditions.append("e.object = %(object)s")
        params["object"] = filters["object"]
    if filters.get("action"):
        conditions.append("e.action = ANY(%(actions)s)")
        params["actions"] = ALARMS if filters["action"] == "alarm" else [filters["action"]]
    for name, sign in (("from", ">="), ("to", "<")):
        if filters.get(name):
            conditions.append(f"e.at {sign} %({name})s::timestamptz")
            params[name] = filters[name]
    if cursor:
        if not cursor.isdecimal():
            raise Malformed(what="cursor")
        conditions.append("e.id < %(cursor)s")
        params["cursor"] = int(cursor)
    where = " AND ".join(conditions) or "TRUE"
    with connection.cursor() as db:
        db.execute(
            f"SELECT e.id, e.at, e.actor_id, e.actor_name, e.action, e.object, e.record_id, e.reason, e.data, e.address, "
            f"(SELECT jsonb_agg(jsonb_build_object('object', c.object, 'record_id', c.record_id, 'op', c.op, 'diff', c.diff)) "
            f"FROM (SELECT * FROM base_audit_change c WHERE c.event_id = e.id LIMIT 20) c) "
            f"FROM base_auditevent e WHERE {where} ORDER BY e.id DESC LIMIT %(limit)s",
            params,
        )
        rows = db.fetchall()
    items = [_line(actor, row) for row in rows[:PAGE]]
    _label_records(actor, items)
    return {
        "items": items,
        "next_cursor": str(rows[PAGE - 1][0]) if len(rows) > PAGE else None,
    }


#: What the log speaks of besides kinds of record.
THINGS = {
    "segments": T("名单", "Segment"),
    "views": T("视图", "View"),
    "dictionaries": T("字典", "Dictionary"),
    "parameters": T("参数", "Parameter"),
    "webhooks": T("Webhook", "Webhook"),
    "tokens": T("接口令牌", "API token"),
    "mail": T("邮件发送", "E-mail"),
    "fields": T("字段", "Field"),
    "layouts": T("布局", "Layout"),
}


#: Facts of an event that say what was done and nothing of the record.
PLAIN_FACTS = ("field", "rows", "count", "usual", "token")
WITHHELD = "****"


def _sees_contents(actor: Actor, declaration: ObjectType | None, table: str) -> bool:
    """Whether the reader may see what records held. While duties are separate the auditor sees who did what, and no business (ORG-9)."""
    if not actor.duty:
        return True
    return actor.has(declaration.perm("view")) if declaration else table.startswith(("accounts_", "base_"))


def _line(actor: Actor, row: tuple[Any, ...]) -> dict[str, Any]:
    declaration = next((o for o in all_objects() if o.name == row[5]), None)
    data = _loads(row[8])
    if declaration and isinstance(data, dict) and not _sees_contents(actor, declaration, declaration.table):
        data = {name: data[name] for name in PLAIN_FACTS if name in data}
    named = declaration.by_name.get(str(data.get("field"))) if declaration and isinstance(data, dict) else None
    if named:
        data = {**data, "field_label": named.label.to()}
    return {
        "id": row[0],
        "at": row[1],
        "actor": {"id": row[2], "label": doer_label(row[2], row[3])},
        "action": row[4],
        "action_label": action_label(declaration, row[4]),
        "object": row[5],
        "object_label": declaration.label.to() if declaration else THINGS[row[5]].to() if row[5] in THINGS else row[5],
        "record": row[6],
        "record_label": None,
        "reason": row[7],
        "data": data,
        "told": told(declaration, row[4], data),
        "address": row[9],
        "changes": [_change(actor, c) for c in _loads(row[10]) or []],
    }


def _change(actor: Actor, change: dict[str, Any]) -> dict[str, Any]:
    """A change with its fields in the reader's words; columns no declaration names stay as they are."""
    declaration = next((o for o in all_objects() if o.table == change["object"]), None)
    names = declaration.by_column if declaration else {}
    diff = {label: pair for c, pair in (change["diff"] or {}).items() if (label := _column(names, c))}
    if not _sees_contents(actor, declaration, change["object"]):
        diff = {column: [WITHHELD, WITHHELD] for column in diff}
    label = declaration.label.to() if declaration else change["object"]
    return {**change, "object_label": label, "diff": diff or None}


def _column(names: dict[str, Field], column: str) -> str:
    """A column in the reader's words; empty for what says nothing to a reader."""
    if column in names:
        return names[column].label.to()
    known = COLUMNS.get(column, column)
    return known.to() if isinstance(known, T) else known or ""


def _label_records(actor: Actor, items: list[dict[str, Any]]) -> None:
    """Names of the records an auditor may see himself; others keep their key only."""
    for declaration in all_objects():
        mine = [item for item in items if item["object"] == declaration.name and item["record"]]
        if mine and actor.has(declaration.perm("view")):
            keys = list(dict.fromkeys(item["record"] for item in mine))
            labels = {o["id"]: o["label"] for o in list_options(actor, declaration, ids=keys)}
            for item in mine:
                item["record_label"] = labels.get(str(item["record"]))


def _loads(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


# ---------------------------------------------------------------- for the command line

COMMAND_LINE = SystemActor("command-line")


def list_parameters() -> list[dict[str, Any]]:
    """Every parameter with its value and default."""
    return [
        {"code": p.code, "value": p.value(), "default": p.default, "label": p.label.to()}
        for p in parameters.all_parameters()
    ]


def set_parameter(*, code: str, value: Any) -> dict[str, Any]:
    """Change one parameter from the command line; audited as such."""
    found = parameters.set_parameter(COMMAND_LINE, code=code, value=value)
    return {"code": found.code, "value": found.value()}
