"""Dictionaries, edited in place: read and put back whole, with every earlier state to go back to (PLT-2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor, doer_label
from kemai.base.audit import act
from kemai.kit.errors import Invalid, NotFound, VersionStale
from kemai.kit.http import etag_of
from kemai.kit.words import T
from kemai.platform.models import DictionaryValue
from kemai.platform.objects.dictionaries import all_dictionaries, forget_cache
from kemai.platform.objects.history import action_label

EDIT = "administration.dictionary.edit"
FACTS = ("label_zh", "label_en", "color", "active")


def list_dictionaries(actor: Actor) -> list[dict[str, Any]]:
    """All dictionaries with how many values each has."""
    actor.require(EDIT)
    return [
        {"code": d.code, "label": d.label.to(), "count": DictionaryValue.objects.filter(dictionary=d.code).count()}
        for d in all_dictionaries()
    ]


def dictionary_values(actor: Actor, code: str) -> list[dict[str, Any]]:
    """A dictionary's values in order, with both labels."""
    actor.require(EDIT)
    if code not in {d.code for d in all_dictionaries()}:
        raise NotFound
    rows = DictionaryValue.objects.filter(dictionary=code).order_by("position", "value")
    return [
        {"value": r.value, "label_zh": r.label_zh, "label_en": r.label_en, "color": r.color, "active": r.active}
        for r in rows
    ]


def set_dictionary(
    actor: Actor, code: str, items: list[dict[str, Any]], *, seen: str = "", action: str = "dictionary"
) -> None:
    """Replace a dictionary's values. A value in use is not removed by leaving it out: it is switched off, so old records keep their words.
    ``seen``: the ETag of the values the writer read; :class:`VersionStale` when somebody else was faster (C-1)."""
    known = {r["value"] for r in dictionary_values(actor, code)}
    wanted: dict[str, dict[str, Any]] = {}
    for n, item in enumerate(items):
        value, zh, en = (str(item.get(k) or "").strip() for k in ("value", "label_zh", "label_en"))
        if not value or not zh or len(value) > 60 or len(zh) > 100 or len(en) > 100:
            raise Invalid.one(
                f"items.{n}",
                "required",
                T("第 {row} 行缺少代码或名称。", "Row {row} lacks its code or its label."),
                row=n + 1,
            )
        if value in wanted:
            raise Invalid.one(
                f"items.{n}", "duplicate", T("代码重复：{value}", "This code comes twice: {value}"), value=value
            )
        wanted[value] = {
            "label_zh": zh,
            "label_en": en or zh,
            "color": str(item.get("color") or "default")[:20],
            "active": item.get("active") is not False,
            "position": n,
        }
    with act(actor, action, object="dictionaries", data={"dictionary": code}):
        _one_at_a_time(code)
        now = dictionary_values(actor, code)
        if seen and seen != etag_of(now):
            raise VersionStale({"items": now})
        for value, facts in wanted.items():
            DictionaryValue.objects.update_or_create(dictionary=code, value=value, defaults=facts)
        DictionaryValue.objects.filter(dictionary=code, value__in=known - set(wanted)).update(
            active=False, position=len(wanted)
        )
    forget_cache()


def _one_at_a_time(code: str) -> None:
    """Who writes second sees what the first wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"dictionary {code}"])


# ---------------------------------------------------------------- earlier states, read back from the audit


@dataclass(slots=True)
class _Step:
    """One act on a dictionary: by value (row key) whether it came then, or what it changed."""

    at: datetime
    actor_id: UUID | None
    actor_name: str
    action: str
    came: list[UUID] = field(default_factory=list)
    changed: dict[UUID, dict[str, Any]] = field(default_factory=dict)


def _steps(rows: dict[UUID, DictionaryValue]) -> list[_Step]:
    """All acts, oldest first: the n-th made version n."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.at, e.actor_id, e.actor_name, e.action, c.record_id, c.op, c.diff::text FROM base_audit_change c "
            "JOIN base_auditevent e ON e.id = c.event_id WHERE c.object = %s AND c.record_id = ANY(%s) ORDER BY c.id",
            [DictionaryValue._meta.db_table, list(rows)],
        )
        found = cursor.fetchall()
    steps: dict[int, _Step] = {}
    for event, at, actor_id, name, action, key, op, diff in found:
        step = steps.setdefault(event, _Step(at, actor_id, name, action))
        if op == "I":
            step.came.append(key)
        elif diff:
            step.changed[key] = json.loads(diff)
    return list(steps.values())


def dictionary_history(actor: Actor, code: str) -> list[dict[str, Any]]:
    """The versions of a dictionary, newest first, with what each changed of which value; a new order is told once."""
    dictionary_values(actor, code)
    rows = {r.id: r for r in DictionaryValue.objects.filter(dictionary=code)}
    return [
        {
            "version": number,
            "at": step.at,
            "actor": {"id": step.actor_id, "label": doer_label(step.actor_id, step.actor_name)},
            "action_label": action_label(None, step.action),
            "changes": list(_told(rows, step)),
        }
        for number, step in reversed(list(enumerate(_steps(rows), 1)))
    ]


def _told(rows: dict[UUID, DictionaryValue], step: _Step) -> Iterator[dict[str, Any]]:
    def label(key: UUID) -> str:
        return T(rows[key].label_zh, rows[key].label_en).to()

    for key in step.came:
        yield {"name": "added", "label": label(key), "old": None, "new": None}
    for key, diff in step.changed.items():
        for name in FACTS:
            if name in diff:
                yield {"name": name, "label": label(key), "old": diff[name][0], "new": diff[name][1]}
    if any("position" in diff for diff in step.changed.values()):
        yield {"name": "position", "label": "", "old": None, "new": None}


def revert_dictionary(actor: Actor, code: str, version: int) -> None:
    """The values as they stood in an earlier version, as a new one; what came later is switched off."""
    dictionary_values(actor, code)
    rows = {r.id: r for r in DictionaryValue.objects.filter(dictionary=code)}
    steps = _steps(rows)
    if not 1 <= version <= len(steps):
        raise NotFound
    was = {key: {name: getattr(row, name) for name in (*FACTS, "value", "position")} for key, row in rows.items()}
    for step in reversed(steps[version:]):
        for key in step.came:
            was.pop(key, None)
        for key, diff in step.changed.items():
            if key in was:
                was[key].update({name: old for name, (old, _) in diff.items() if name in was[key]})
    items = sorted(was.values(), key=lambda item: (item["position"], item["value"]))
    set_dictionary(actor, code, items, action="dictionary.revert")
