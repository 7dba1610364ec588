"""Erasing a person everywhere, the books kept whole (P-4): his records lose what tells of him and stay under a pseudonym, frozen; what
names him goes out of every text, file and the audit, whose chain stays provable. Nothing brings it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction

from kemai.accounts.access import Actor
from kemai.accounts.sessions import actor_of
from kemai.base import erasures
from kemai.base.audit import act
from kemai.base.erasures import MARK, Cut
from kemai.base.files import remove_bytes
from kemai.base.jobs import JobRun, job_kind
from kemai.base.privacy import derived_columns, personal_columns
from kemai.kit.ids import new_id
from kemai.kit.words import T
from kemai.platform.doubles.rules import rules_of
from kemai.platform.doubles.store import all_keys, put_keys, row_of
from kemai.platform.models import DuplicatePair, Follow, MatchKey
from kemai.platform.objects.declare import Draft, ObjectType, get_object
from kemai.platform.objects.drafts import derive
from kemai.platform.objects.store import unpacked
from kemai.platform.objects.write import update_rows
from kemai.privacy.models import Erased, SubjectRequest
from kemai.privacy.services import erasure_list
from kemai.privacy.services.footprint import Texts, Trace, all_texts, declared, traces
from kemai.privacy.services.found_files import files_naming, files_of, forget_files
from kemai.privacy.services.person import Person, find_person, near, patterns
from kemai.privacy.services.requests import settle_job

#: What the audit and the books know an erased person by: worked out of his key, which leads nowhere without it.
TRACES = UUID("6f6b1c3e-0d5a-5f0e-9c55-6b656d616900")
PSEUDONYM = "已删除个人"
#: What was to be done with him ends; what was done stays in the books.
CHORES = ("tasks", "promises", "planned-contacts", "enrollments", "customer-relations")


@dataclass(frozen=True, slots=True)
class Outcome:
    """``rows`` that told of him, ``audit`` rows, ``files`` removed; ``left``: files that name him and are somebody else's."""

    rows: int
    audit: int
    files: int
    left: list[str]

    def to_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "audit": self.audit, "files": self.files, "left": self.left}


def trace_of(key: UUID) -> UUID:
    """What the audit knows a record by whose person was erased."""
    return uuid5(TRACES, str(key))


def pseudonym(key: UUID) -> str:
    return f"{PSEUDONYM} {trace_of(key).hex[:8]}"


@job_kind("privacy.erase", T("删除个人信息", "Erasing a person"))
def run_erasure(run: JobRun) -> None:
    """Do an approved erasure; done twice it finds nothing more."""
    row = SubjectRequest.objects.get(pk=run.params["request"])
    actor = actor_of(run.job.actor_id)
    with settle_job(actor, row):
        person = find_person(row.subject_object, row.subject_id)
        outcome = erase_person(actor, person, content=row.with_content)
        SubjectRequest.objects.filter(pk=row.pk).update(outcome=outcome.to_json())
    run.result(**outcome.to_json())


def erase_person(actor: Actor, person: Person, *, content: bool) -> Outcome:
    """Erase, in one transaction. ``content``: what was written of talks with him at a company goes, too."""
    first = next((kind, key) for kind, keys in person.records.items() for key in keys)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        erasures.lock_seals()
        with act(actor, "erase", object=first[0], record_id=trace_of(first[1])):
            outcome, gone = _erase(actor, person, content)
        erasure_list.note(person.records, content=content)
    remove_bytes(gone)
    return outcome


def _erase(actor: Actor, person: Person, content: bool) -> tuple[Outcome, set[str]]:
    everywhere, nearby = patterns(person)
    close = near(person)
    own_files = files_of(person.ids)
    passing, left = files_naming(everywhere, [row.pk for row in own_files])
    found = traces(person, content=content)
    cut: dict[str, list[str]] = {}
    others: list[UUID] = []
    rows = 0
    for trace in found:
        touched = _blank(trace, person)
        rows += len(touched)
        if not trace.own and touched and isinstance(touched[0], UUID):
            others += touched
            cut[trace.table] = personal_columns(trace.model)
        _follow(trace.declaration, touched)
    for texts in all_texts():
        rows += _sweep(texts, person, everywhere, nearby, close)
    _freeze(actor, person)
    forget_files([*own_files, *passing])
    audited = erasures.erase_audit(
        actor,
        Cut({key: trace_of(key) for key in person.ids}, others, cut, close, everywhere, nearby),
    )
    outcome = Outcome(rows, audited, len(own_files) + len(passing), [str(row.pk) for row in left])
    return outcome, {row.sha256 for row in (*own_files, *passing)}


# ---------------------------------------------------------------- rows about him


def _blank(trace: Trace, person: Person) -> list[Any]:
    """Take what is personal out of the rows of a trace; returns their keys."""
    sets = {c: value for c in _told(trace.model) if (value := _empty(trace, c)) is not None}
    if not sets:
        return []
    key = str(trace.model._meta.pk.column) if not isinstance(trace.model._meta.pk, models.CompositePrimaryKey) else "1"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM {trace.table} t WHERE {trace.condition}", {"own": person.ids})
        keys = [row[0] for row in cursor.fetchall()]
        if keys:
            assignments = ", ".join(f"{c} = {value}" for c, value in sets.items())
            cursor.execute(f"UPDATE {trace.table} t SET {assignments} WHERE {trace.condition}", {"own": person.ids})
        if trace.own and keys:
            title = get_object(trace.declaration.name).by_name[trace.declaration.title] if trace.declaration else None
            assert title is not None
            cursor.execute(
                f"UPDATE {trace.table} t SET {title.stored} = n.name FROM unnest(%s::uuid[], %s::text[]) n (id, name) WHERE t.id = n.id",
                [keys, [pseudonym(k) for k in keys]],
            )
    return keys


def _told(model: type[models.Model]) -> list[str]:
    return [c for c in personal_columns(model) if c not in derived_columns(model)]


def _empty(trace: Trace, column: str) -> str | None:
    """SQL of what a personal column holds afterwards; None to leave it."""
    field = next(f for f in trace.model._meta.concrete_fields if f.column == column)
    if column == "custom" and trace.declaration:
        personal = [
            f.stored.removeprefix("custom.")
            for f in trace.declaration.custom_fields
            if trace.declaration.data_class_of(f) in ("personal", "sensitive")
        ]
        names = ", ".join(f"'{name}'" for name in personal)
        return "'{}'::jsonb" if trace.own else f"t.custom - ARRAY[{names}]::text[]" if names else None
    if field.null:
        return "NULL"
    if isinstance(field, ArrayField):
        return "'{}'"
    if isinstance(field, models.JSONField):
        return f"'{'[]' if field.default is list else '{}'}'::jsonb"
    if isinstance(field, (models.CharField, models.TextField)):
        return "''" if field.has_default() else f"'{MARK}'"
    return None


def _follow(declaration: ObjectType | None, keys: list[Any]) -> None:
    """Bring what records are found, sorted and matched by up to what they say now."""
    if declaration is None or not keys:
        return
    current = get_object(declaration.name)
    columns = list(current.column_types)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {current.table} WHERE id = ANY(%s)", [keys])
        rows = [unpacked(current, dict(zip(columns, row, strict=True))) for row in cursor.fetchall()]
    derived = derived_columns(current.model)
    news = []
    for row in rows:
        draft = Draft(row["id"], None, dict(row))
        derive(current, draft)
        news.append(Draft(row["id"], row, {c: v for c, v in draft.values.items() if c in derived}))
    update_rows(current, None, news, touch=False)
    rules = rules_of(current)
    if rules.keyed:
        drafts = [Draft(row["id"], row, {}) for row in rows]
        put_keys(
            current, {d.id: all_keys(rules, current, row_of(d, rules.watched)) for d in drafts}, [d.id for d in drafts]
        )


# ---------------------------------------------------------------- texts that name him


def _sweep(texts: Texts, person: Person, everywhere: str, nearby: str, close: list[UUID]) -> int:
    """Take what names him out of every text of a table; returns how many rows."""
    params: dict[str, Any] = {"everywhere": everywhere, "nearby": nearby, "near": close}
    at_hand = " OR ".join(f"t.{key} = ANY(%(near)s)" for key in texts.keys) if nearby else ""
    found = 0
    for column, kind in texts.kinds.items():
        if kind == "bytes":
            found += _drop_bytes(texts.table, column, person)
    words = {c: kind for c, kind in texts.kinds.items() if kind != "bytes"}
    parts = [f"t.{c}::text ~* %(everywhere)s" for c in words] if everywhere else []
    parts += [f"(({at_hand}) AND t.{c}::text ~* %(nearby)s)" for c in words] if at_hand else []
    if not parts:
        return found
    condition = " OR ".join(parts)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {texts.table} t WHERE {condition}", params)
        if not (count := cursor.fetchone()[0]):
            return found
        sets = ", ".join(
            f"{c} = {_scrub(c, kind, texts.limits.get(c), everywhere, at_hand)}" for c, kind in words.items()
        )
        declaration = declared().get(texts.model) if texts.model else None
        back = " RETURNING t.id" if declaration else ""
        cursor.execute(f"UPDATE {texts.table} t SET {sets} WHERE {condition}{back}", params)
        if declaration:
            _follow(declaration, [row[0] for row in cursor.fetchall()])
    return found + int(count)


def _scrub(column: str, kind: str, limit: int | None, everywhere: str, at_hand: str) -> str:
    """SQL of a column without what names him."""
    scrub = erasures.scrubbed_json if kind == "json" else erasures.scrubbed
    text = "x" if kind == "list" else f"t.{column}::text"
    far = scrub(text, "everywhere") if everywhere else text
    value = f"(CASE WHEN {at_hand} THEN {scrub(far, 'nearby')} ELSE {far} END)" if at_hand else far
    if kind == "json":
        return f"({value})::jsonb"
    if kind == "list":
        return f"CASE WHEN t.{column} IS NULL THEN NULL ELSE ARRAY(SELECT {value} FROM unnest(t.{column}) x) END"
    return f"left({value}, {limit})" if limit else value


def _drop_bytes(table: str, column: str, person: Person) -> int:
    """Answers kept for repetition hold what was sent: those that name him are forgotten."""
    values = [*person.names, *person.ways]
    held = " OR ".join(f"position(convert_to(%s, 'UTF8') in {column}) > 0" for _ in values)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {held}", values)
        return int(cursor.rowcount)


# ---------------------------------------------------------------- frozen


def _freeze(actor: Actor, person: Person) -> None:
    """His records go where nobody works with them, and what was to be done with him ends."""
    deletion = new_id()
    own = person.ids
    for name in (*person.records, *CHORES):
        declaration = get_object(name)
        keys = person.records.get(name)
        condition = "id = ANY(%(own)s)" if keys else _points(declaration)
        if not condition:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {declaration.table} SET deleted_at = now(), deletion_id = %(deletion)s, version = version + 1, "
                f"updated_at = now(), updated_by = %(actor)s WHERE ({condition}) AND deleted_at IS NULL RETURNING id",
                {"own": own, "deletion": deletion, "actor": actor.id},
            )
            gone = [row[0] for row in cursor.fetchall()]
        if gone and declaration.gone_or_back:
            declaration.gone_or_back(actor, gone)
    MatchKey.objects.filter(record_id__in=own).delete()
    Follow.objects.filter(record_id__in=own).delete()
    DuplicatePair.objects.filter(models.Q(one__in=own) | models.Q(two__in=own)).delete()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE base_operation SET until = now() WHERE record_id = ANY(%s) AND until > now()", [own])
        for key in own:
            cursor.execute(
                "UPDATE platform_exportedrecords SET record_ids = array_replace(record_ids, %(own)s, %(trace)s) "
                "WHERE record_ids @> ARRAY[%(own)s]",
                {"own": key, "trace": trace_of(key)},
            )
    Erased.objects.bulk_create(
        (Erased(object=name, record_id=k, trace=trace_of(k)) for name, keys in person.records.items() for k in keys),
        ignore_conflicts=True,
    )


def _points(declaration: ObjectType) -> str:
    """The condition that a chore is one with the person."""
    kinds = ("customers", "contacts", "leads")
    columns = [f.stored for f in declaration.fields if f.stored and (f.target in kinds or set(f.targets) & set(kinds))]
    return " OR ".join(f"{column} = ANY(%(own)s)" for column in columns)
