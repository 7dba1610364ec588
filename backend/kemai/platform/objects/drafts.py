"""From a request's values to drafts: names checked against rights, values parsed, references proved visible. No writes here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor, visible_among
from kemai.base.currencies import BASE_CURRENCY
from kemai.base.parameters import Parameter
from kemai.kit.ids import new_id
from kemai.kit.text.search import pinyin_sort_key
from kemai.kit.words import T
from kemai.platform.objects import types
from kemai.platform.objects.declare import Draft, Field, Moving, ObjectType, get_object
from kemai.platform.objects.searching import search_columns
from kemai.platform.objects.secrecy import EDITABLE, HIDDEN, MASKED, READ_ONLY, access_of, row_secret
from kemai.platform.quality.declare import Quality, judge

#: So many wrong values are named; the rest is not looked at, since nothing is written anyway.
MOST_WRONG = 200
UNKNOWN = T("没有这个字段。", "There is no such field.")
NOT_WRITABLE = T("此字段不能直接修改。", "This field cannot be written.")
WITHHELD = T("您看不到此字段，因此不能修改。", "You cannot see this field and so cannot change it.")
ELSEWHERE = T("{what}不属于该{whose}。", "{what} and {whose} do not belong together.")
NOT_VISIBLE = T("引用的记录不存在，或您无权查看。", "The record referred to does not exist, or you may not see it.")


def new_drafts(
    actor: Actor, declaration: ObjectType, payloads: list[dict[str, Any]], ids: list[UUID] | None = None
) -> list[Draft]:
    """Drafts of records to create, with defaults, and with an error for everything that does not hold."""
    drafts = []
    for n, payload in enumerate(payloads):
        draft = Draft(ids[n] if ids else new_id(), None, {})
        parse_into(actor, declaration, draft, payload)
        for column, default in declaration.defaults:
            if column not in draft.values and not isinstance(default, Moving):
                draft.values[column] = _plain(default)
        drafts.append(draft)
    check_references(actor, declaration, drafts)
    _fill_moving(actor, declaration, drafts)
    return drafts


def _fill_moving(actor: Actor, declaration: ObjectType, drafts: list[Draft]) -> None:
    """Defaults that depend on who writes and when. After the references were proved: that it is himself needs no proof."""
    for column, default in declaration.defaults:
        if isinstance(default, Moving):
            value = default.of(actor)
            for draft in drafts:
                draft.values.setdefault(column, value)


def parse_into(actor: Actor, declaration: ObjectType, draft: Draft, payload: dict[str, Any]) -> None:
    """Parse the values asked for into ``draft``. Only declared, writable fields this person may edit pass (S-5)."""
    for name, raw in payload.items():
        found = declaration.by_name.get(name)
        access = access_of(actor, declaration, found) if found else HIDDEN
        if found is None or access == HIDDEN:
            draft.wrong(str(name)[:60], "unknown_field", UNKNOWN)
        elif not found.writable or access == READ_ONLY:
            draft.wrong(name, "not_writable", NOT_WRITABLE)
        elif access == MASKED:
            draft.wrong(name, "withheld", WITHHELD)
        else:
            _parse(actor, declaration, draft, found, raw)
        if len(draft.errors) >= MOST_WRONG:
            return
    for name, raw in payload.items():
        found = declaration.by_name.get(name)
        if found and found.currency and found.stored in draft.values:
            _name_currency(actor, declaration, draft, found, raw)


def _name_currency(actor: Actor, declaration: ObjectType, draft: Draft, found: Field, raw: Any) -> None:
    """``US$5,000`` says its currency: a new record takes it where it names none, else the two must agree (PLT-7)."""
    assert isinstance(found.type, types.Money)
    beside = declaration.by_name[found.currency]
    named = found.type.named(raw)
    if not named or not beside.stored:
        return
    if draft.old is None and beside.stored not in draft.values and access_of(actor, declaration, beside) == EDITABLE:
        draft.values[beside.stored] = named
        return
    try:
        found.type.same_currency(draft.get(beside.stored) or BASE_CURRENCY.value(), raw)
    except types.BadValue as error:
        draft.wrong(found.name, error.code, error.message, **error.params)


def _parse(actor: Actor, declaration: ObjectType, draft: Draft, found: Field, raw: Any) -> None:
    try:
        value = found.type.parse(found, raw)
    except types.BadValue as error:
        draft.wrong(found.name, error.code, error.message, **error.params)
        return
    if value is None and found.stored not in declaration.nullable:
        value = _default(actor, found)
        if value is None and draft.old is not None:  # on creation the domain may still supply it
            draft.wrong(found.name, "required", types.MISSING)
            return
    draft.values[found.stored] = value


def _default(actor: Actor, found: Field) -> Any:
    if isinstance(found.default, Moving):
        return found.default.of(actor)
    return _plain(found.default)


def _plain(default: Any) -> Any:
    """What a default is just now, whoever asks."""
    if isinstance(default, Parameter):
        return default.value()
    return default() if callable(default) else default


def check_required(actor: Actor, declaration: ObjectType, drafts: list[Draft]) -> None:
    """Required fields must have a value in what would be saved; runs after ``prepare``, which may supply them. Of the administrator's
    only those ``actor`` may fill in: the others are left to who may."""
    required = [
        f
        for f in declaration.fields
        if f.required and f.stored and not (f.custom and access_of(actor, declaration, f) != EDITABLE)
    ]
    for draft in drafts:
        named = {e.field for e in draft.errors}
        for found in required:
            touched = draft.old is None or found.stored in draft.values
            if touched and found.name not in named and draft.get(found.stored) in (None, "", []):
                draft.wrong(found.name, "required", types.MISSING)


def check_references(actor: Actor, declaration: ObjectType, drafts: list[Draft]) -> None:
    """Every reference written must be to a record the writer may see (the commonest hole of all: the id in the body)."""
    for found in declaration.fields:
        if not (found.target or found.targets) or not found.stored:
            continue
        wanted = {
            d.values[found.stored] for d in drafts if d.values.get(found.stored) is not None and d.changed(found.stored)
        }
        if not wanted:
            continue
        kinds: dict[UUID, str] = {}
        for name in found.targets or (found.target,):
            target = get_object(name)
            # Held, where records are merged: a child born while its parent becomes part of another would be lost with it.
            hold = target.merging is not None
            view = target.perm("view")
            seen = visible_among(actor, view, target.ownership, table=target.table, keys=sorted(wanted), hold=hold)
            kinds.update(dict.fromkeys(seen, name))
        for draft in drafts:
            if draft.changed(found.stored) and draft.values.get(found.stored) in wanted - set(kinds):
                draft.wrong(found.name, "not_visible", NOT_VISIBLE)
            elif found.targets and draft.changed(found.stored):
                draft.values[found.object_column] = kinds.get(draft.values[found.stored], "")


def prepare(actor: Actor, declaration: ObjectType, drafts: list[Draft]) -> None:
    """What the domain adds to drafts and refuses in them, then whether references lie within what it may have supplied."""
    if declaration.prepare:
        declaration.prepare(actor, drafts)
    _check_within(declaration, drafts)


def _check_within(declaration: ObjectType, drafts: list[Draft]) -> None:
    """A reference ``within`` another field is to a record with the same value in it, also when it is that value that changed. One
    statement for each such field."""
    for found in (f for f in declaration.fields if f.within):
        shared, target = declaration.by_name[found.within], get_object(found.target)
        named = [d for d in drafts if d.get(found.stored) and (d.changed(found.stored) or d.changed(shared.stored))]
        if not named:
            continue
        column = target.by_name[found.within].stored
        with connection.cursor() as cursor:
            keys = sorted({d.get(found.stored) for d in named})
            cursor.execute(f"SELECT id, {column} FROM {target.table} WHERE id = ANY(%s)", [keys])
            homes = dict(cursor.fetchall())
        for draft in named:
            home = homes.get(draft.get(found.stored))
            if home is None or home != draft.get(shared.stored):
                draft.wrong(found.name, f"other_{found.within}", ELSEWHERE, what=found.label, whose=shared.label)


def check_withheld(
    actor: Actor, declaration: ObjectType, drafts: list[Draft], secret_rows: dict[str, set[UUID]]
) -> None:
    """A value withheld on this row (pool contacts) cannot be overwritten unseen."""
    for found in declaration.fields:
        if row_secret(actor, found):
            for draft in drafts:
                if found.stored in draft.values and draft.id in secret_rows.get(found.name, set()):
                    draft.wrong(found.name, "withheld", WITHHELD)


def derive(declaration: ObjectType, draft: Draft) -> None:
    """Columns that follow from others: search terms, the pinyin sort key, how good the record is."""
    if declaration.quality:
        _judge(declaration, declaration.quality, draft)
    line = declaration.search
    watched = [declaration.by_name[n].stored for n in (*line.texts, *line.phones, *line.exact)]
    if draft.old is not None and not any(draft.changed(column) for column in watched):
        return
    draft.values.update(search_columns(declaration, draft))
    title = declaration.by_name[declaration.title]
    if title.sort:
        draft.values[title.sort] = pinyin_sort_key(str(draft.get(title.stored) or ""), person=line.person)


def _judge(declaration: ObjectType, quality: Quality, draft: Draft) -> None:
    """Score and faults, where one of the judged fields was written."""
    names = declaration.by_name
    judged = {*(w.field for w in quality.weights), *quality.checks, *quality.doubts}
    if draft.old is None or any(draft.changed(names[name].stored) for name in judged):
        verdict = judge(quality, lambda name: draft.get(names[name].stored))
        draft.values[quality.score] = verdict.score
        draft.values[quality.faults] = list(verdict.faults)
