"""Telling people of what others did: followers of a record, and whoever was mentioned (PLT-3).

What a message says is read with the rights its reader has when it is written. Who has lost sight of a record hears nothing of it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor
from kemai.accounts.models import User
from kemai.accounts.sessions import actors_of
from kemai.base.events import Delivered, known_events, subscribe
from kemai.base.outbox import defer, handler, tap
from kemai.kit.text.mentions import plain
from kemai.kit.words import EN, ZH, T, language
from kemai.platform.events import PeopleMentioned, RecordsChanged, RecordsCreated, RecordsMerged
from kemai.platform.notify import MENTION, notify, notify_grouped
from kemai.platform.objects.declare import ObjectType, all_objects, get_object
from kemai.platform.objects.mentioning import names_in
from kemai.platform.objects.read import list_options
from kemai.platform.objects.secrecy import EDITABLE, READ_ONLY, access_of, readable_fields

EXCERPT = 120

#: Rows of (event, follower, followed kind, followed record, record that came into being beside it or null).
_FOLLOWED = """
SELECT o.id AS outbox_id, f.user_id, f.object, f.record_id, NULL::uuid AS beside
FROM base_outboxevent o
CROSS JOIN LATERAL (
    SELECT o.record_id AS id WHERE o.record_id IS NOT NULL
    UNION SELECT x::uuid FROM jsonb_array_elements_text(COALESCE(o.payload -> 'ids', '[]')) x
) r
JOIN platform_follow f ON f.record_id = r.id AND f.object = o.object AND f.user_id IS DISTINCT FROM o.actor_id
WHERE o.id = ANY(%(ids)s) AND o.kind <> ALL(%(hidden)s)
"""
_BESIDE = """
SELECT o.id, f.user_id, f.object, f.record_id, t.id
FROM base_outboxevent o
CROSS JOIN LATERAL (SELECT x::uuid AS id FROM jsonb_array_elements_text(COALESCE(o.payload -> 'ids', '[]')) x) r
JOIN {table} t ON t.id = r.id
JOIN platform_follow f ON f.record_id = {column} AND f.object = '{object}' AND f.user_id IS DISTINCT FROM o.actor_id
WHERE o.id = ANY(%(ids)s) AND o.kind = '{created}' AND o.object = '{source}'
"""


def _followed_sql() -> str:
    parts = [_FOLLOWED]
    for source in all_objects():
        for field, target in source.timeline_source.anchors if source.timeline_source else ():
            column = source.by_name[field].expression
            parts.append(
                _BESIDE.format(
                    table=source.table, column=column, object=target, created=RecordsCreated.kind, source=source.name
                )
            )
    return " UNION ".join(parts)


def _followers(outbox_ids: list[int]) -> list[tuple[Any, ...]]:
    hidden = [event.kind for event in known_events() if not event.public]
    with connection.cursor() as cursor:
        cursor.execute(_followed_sql(), {"ids": outbox_ids, "hidden": hidden})
        return cursor.fetchall()


@tap
def find_followed(outbox_ids: list[int]) -> None:
    """One statement a batch; a job only for events of records that somebody else follows."""
    for outbox_id in sorted({row[0] for row in _followers(outbox_ids)}):
        defer(outbox_id, tell_followers, lock="platform.followers")


@handler
def tell_followers(event: Delivered) -> None:
    """Tell each follower what another did, one message a record while it is unread."""
    rows = _followers([event.id])
    people = {actor.id: actor for actor in actors_of(sorted({row[1] for row in rows}))}
    name = _doer(event)
    for _, user_id, object_name, record_id, beside in rows:
        if user_id in people:
            _tell_one(people[user_id], event, name, get_object(object_name), record_id, beside)


def _doer(event: Delivered) -> str:
    found = User.objects.filter(pk=event.actor_id).values_list("name", flat=True).first() if event.actor_id else None
    return found or "Kemai"


def _tell_one(
    actor: Actor, event: Delivered, name: str, declaration: ObjectType, record_id: UUID, beside: UUID | None
) -> None:
    label = _label(actor, declaration, record_id)
    said = _activity(actor, event, beside) if beside else _happening(actor, event, declaration)
    if label is None or said is None:
        return
    kind, what = said
    notify_grouped(
        actor.id,
        kind=kind,
        subject=T(f"您关注的{declaration.label.zh} {label}", f"{declaration.label.en} you follow: {label}"),
        line=f"{name} · {what.to(actor.locale)}",
        path=f"/{declaration.name}/{record_id}",
        object=declaration.name,
        record_id=record_id,
    )


def _label(actor: Actor, declaration: ObjectType, key: UUID) -> str | None:
    """The record's title as ``actor`` may read it, None where he may not see the record."""
    if not actor.has(declaration.perm("view")) or declaration.title not in _names(actor, declaration):
        return None
    found = list_options(actor, declaration, ids=[key])
    return str(found[0]["label"] or "") if found else None


def _names(actor: Actor, declaration: ObjectType) -> set[str]:
    return {f.name for f in readable_fields(actor, declaration)}


def _activity(actor: Actor, event: Delivered, beside: UUID) -> tuple[str, T] | None:
    source = get_object(event.object)
    label = _label(actor, source, beside)
    return (
        None if label is None else ("follow_activity", T(f"{source.label.zh}：{label}", f"{source.label.en}: {label}"))
    )


def _happening(actor: Actor, event: Delivered, declaration: ObjectType) -> tuple[str, T] | None:
    if event.kind != RecordsChanged.kind:
        words = next((e.label for e in known_events() if e.kind == event.kind), None)
        return ("follow_stage", words) if words else None
    fields = [f for f in readable_fields(actor, declaration) if f.name in event.payload.get("fields", [])]
    if not fields:
        return None
    zh, en = "、".join(f.label.zh for f in fields[:6]), ", ".join(f.label.en for f in fields[:6])
    return "follow_changed", T(f"修改了{zh}", f"changed {en}")


@subscribe(PeopleMentioned)
def tell_mentioned(event: Delivered) -> None:
    """Ring for everybody newly named in a text who may read it; others are not told, or they would learn of the record."""
    declaration = get_object(event.object)
    field = declaration.by_name.get(event.payload["field"])
    name = _doer(event)
    for actor in actors_of([key for key in names_in(event.payload) if key != event.actor_id]):
        words = language.set(actor.locale)
        try:
            label = _label(actor, declaration, event.record_id) if event.record_id and field else None
        finally:
            language.reset(words)
        if label is None or field is None or access_of(actor, declaration, field) not in (EDITABLE, READ_ONLY):
            continue
        notify(
            actor.id,
            kind=MENTION,
            title=T(
                f"{name}在{declaration.label.to(ZH)}中提到了您", f"{name} mentioned you: {declaration.label.to(EN)}"
            ),
            text=plain(label)[:EXCERPT],
            path=f"/{declaration.name}/{event.record_id}",
            object=declaration.name,
            record_id=event.record_id,
        )


@subscribe(RecordsMerged)
def tell_owner_of_merged(event: Delivered) -> None:
    """Tell whoever held a record that it has become part of another one, and of which where he may see it (CUS-9)."""
    declaration = get_object(event.object)
    if not declaration.ownership.owners or event.record_id is None:
        return
    title = declaration.by_name[declaration.title].expression
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.{declaration.ownership.owners[0]}, {title} FROM {declaration.table} t WHERE t.id = %s",
            [event.payload["loser_id"]],
        )
        owner, label = cursor.fetchone()
    if owner is None or owner == event.actor_id:
        return
    what = declaration.label
    for actor in actors_of([owner]):
        into = _label(actor, declaration, event.record_id)
        zh, en = ("“{into}”", '"{into}"') if into else ("您看不到的记录", "a record you may not see")
        notify(
            actor.id,
            kind="merged",
            title=T(
                f"您负责的{what.zh}“{{label}}”已被{{name}}合并到{zh}",
                f'Your {what.en.lower()} "{{label}}" was merged into {en} by {{name}}',
            ),
            title_params={"label": label, "name": _doer(event), "into": into or ""},
            path=f"/{declaration.name}/{event.record_id}" if into else "",
            object=declaration.name,
            record_id=event.record_id if into else None,
        )
