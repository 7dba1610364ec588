"""What a custom field asks of a record beyond its type: a value where it is required, within its bounds, and that nobody else has (PLT-2).

A rule may be made while records break it: they stay as they are, are listed, and are asked for it at their next edit.

"Only once" survives races by a lock on the value, held until the commit: whoever comes second waits, then sees the first. A constraint
could not be built over records that break the rule already (decision 017).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from kemai.accounts.access import Actor, SystemActor
from kemai.kit.errors import Duplicate, FieldError
from kemai.kit.words import T
from kemai.platform.objects import types
from kemai.platform.objects.declare import Draft, Field, ObjectType
from kemai.platform.objects.filters import compile_filter
from kemai.platform.objects.read import day_params, list_options
from kemai.platform.objects.secrecy import EDITABLE, HIDDEN, MASKED, access_of
from kemai.platform.objects.store import packed

TAKEN = T("“{value}”已被{whose}使用。", '"{value}" is already used by {whose}.')
ANOTHER = T("另一条记录", "another record")
EMPTY: tuple[Any, ...] = (None, "", [], ())
JUDGE = SystemActor("field rules")


def check_demands(actor: Actor, declaration: ObjectType, drafts: list[Draft], *, whole: bool = False) -> None:
    """Note an error for each demand a draft would not meet. ``whole``: also for what the draft leaves as it is. Nothing is asked of a
    person who may not fill it in."""
    custom = [f for f in declaration.custom_fields if access_of(actor, declaration, f) == EDITABLE]
    if whole:
        for f in custom:
            if f.required:
                _require(f, [d for d in drafts if d.get(f.stored) in EMPTY])
            _keep_bounds(f, [d for d in drafts if d.old is not None and not d.changed(f.stored)])
    for f in custom:
        if f.require_when:
            asked = [
                d
                for d in drafts
                if d.get(f.stored) in EMPTY and (whole or d.old is None or _touches(declaration, d, f))
            ]
            _require(f, _meeting(actor, declaration, f, asked))
    for f in custom:
        if f.unique:
            _once(actor, declaration, f, [d for d in drafts if whole or d.changed(f.stored)])


def _require(f: Field, drafts: list[Draft]) -> None:
    for draft in drafts:
        if f.name not in {e.field for e in draft.errors}:
            draft.wrong(f.name, "required", types.MISSING)


def _keep_bounds(f: Field, drafts: list[Draft]) -> None:
    """Ask for a value within bounds that were set since it was written."""
    if (f.max_length, f.minimum, f.maximum) == (None, None, None):
        return
    for draft in drafts:
        try:
            f.type.parse(f, draft.get(f.stored))
        except types.BadValue as error:
            draft.wrong(f.name, error.code, error.message, **error.params)


def names_in(tree: Any) -> set[str]:
    """The fields a filter tree names."""
    if isinstance(tree, list):
        return {name for node in tree for name in names_in(node)}
    if not isinstance(tree, dict):
        return set()
    own = {tree["field"]} if isinstance(tree.get("field"), str) else set()
    return own.union(*(names_in(v) for k, v in tree.items() if k in ("and", "or", "not")))


def asks_only_own(tree: Any) -> bool:
    """Whether a filter is made of conditions on single fields alone, as the browser can judge too: nothing about other records."""
    if not isinstance(tree, dict):
        return False
    for word in ("and", "or"):
        if word in tree:
            return isinstance(tree[word], list) and all(asks_only_own(node) for node in tree[word])
    return asks_only_own(tree["not"]) if "not" in tree else isinstance(tree.get("field"), str)


def _touches(declaration: ObjectType, draft: Draft, f: Field) -> bool:
    """Whether an edit has to do with the rule: it takes the value away, or changes what the condition is about."""
    watched = {f.stored, *(declaration.by_name[n].stored for n in names_in(f.require_when) if n in declaration.by_name)}
    return any(draft.changed(column) for column in watched)


def _meeting(actor: Actor, declaration: ObjectType, f: Field, drafts: list[Draft]) -> list[Draft]:
    """The drafts that, saved as they are, would meet the field's condition: the filter's own SQL over values instead of a table."""
    if not drafts:
        return []
    compiled = compile_filter(JUDGE, declaration, f.require_when)
    known = [declaration.by_name[n] for n in names_in(f.require_when) if n in declaration.by_name]
    columns = sorted({d.stored for d in known if not d.custom and d.stored})
    params: dict[str, Any] = {**compiled.params, **day_params(actor), "ids": [d.id for d in drafts]}
    params["custom"] = [orjson.dumps(_custom_of(declaration, d)).decode() for d in drafts]
    for column in columns:
        params[f"v_{column}"] = [d.get(column) for d in drafts]
    arrays = [f"%(v_{c})s::{declaration.column_types[c]}[]" for c in columns]
    source = f"unnest({', '.join(['%(ids)s::uuid[]', '%(custom)s::jsonb[]', *arrays])}) AS t ({', '.join(['id', 'custom', *columns])})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t.id FROM {source} WHERE {compiled.sql}", params)
        found = {row[0] for row in cursor.fetchall()}
    return [d for d in drafts if d.id in found]


def _custom_of(declaration: ObjectType, draft: Draft) -> dict[str, Any]:
    kept = packed({f.stored: draft.get(f.stored) for f in declaration.custom_fields}).get("custom", {})
    return {k: v for k, v in kept.items() if v is not None}


# ---------------------------------------------------------------- only once


def _once(actor: Actor, declaration: ObjectType, f: Field, drafts: list[Draft]) -> None:
    """Refuse a value another living record has, or another draft of the same batch."""
    wanted: dict[str, list[Draft]] = {}
    for draft in drafts:
        value = draft.get(f.stored)
        if value not in EMPTY and f.name not in {e.field for e in draft.errors}:
            wanted.setdefault(_key(value), []).append(draft)
    for key, owners in _owners(declaration, f, list(wanted)).items():
        for n, draft in enumerate(wanted[key]):
            other = next((o for o in owners if o != draft.id), None) or (wanted[key][0].id if n else None)
            if other:
                draft.errors.append(_taken(actor, declaration, f, key, other))


def _key(value: Any) -> str:
    """The value as the database compares it: ``12`` and ``12.0`` are one number."""
    return str(packed({"custom.v": value})["custom"]["v"])


def _owners(declaration: ObjectType, f: Field, keys: list[str]) -> dict[str, list[UUID]]:
    """The living records that have each value. Waits for whoever is about to save one of them."""
    if not keys:
        return {}
    found: dict[str, list[UUID]] = {key: [] for key in keys}
    with connection.cursor() as cursor:
        # In one order, lest two batches wait for each other; the statement after it sees what was committed meanwhile.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(k) FROM (SELECT DISTINCT hashtextextended(%s || x, 0) AS k FROM unnest(%s::text[]) x ORDER BY 1) l",
            [f"{declaration.name}.{f.name}=", keys],
        )
        cursor.execute(
            f"SELECT x.key, t.id FROM unnest(%(keys)s::text[]) x (key) JOIN {declaration.table} t "
            f"ON {f.expression} = x.key{f.type.cast} WHERE t.deleted_at IS NULL",
            {"keys": keys},
        )
        for key, owner in cursor.fetchall():
            found[key].append(owner)
    return found


def _taken(actor: Actor, declaration: ObjectType, f: Field, value: str, other: UUID) -> FieldError:
    """The refusal, naming the other record, and the value, where ``actor`` may see it."""
    if access_of(actor, declaration, f) in (HIDDEN, MASKED):
        value = "****"
    seen = list_options(actor, declaration, ids=[other]) if actor.has(declaration.perm("view")) else []
    whose = f"“{seen[0]['label']}”" if seen else ANOTHER
    return FieldError(f.name, "duplicate", TAKEN, (("value", value[:60]), ("whose", whose)))


def refuse_taken(actor: Actor, declaration: ObjectType, keys: list[UUID]) -> None:
    """:class:`Duplicate` when one of these living records has a value that comes once and another has too: what came back from the
    bin, or was put back by an undo."""
    for f in declaration.custom_fields:
        if not f.unique:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT t.id, ({f.expression})::text FROM {declaration.table} t WHERE t.id = ANY(%s) AND t.deleted_at IS NULL "
                f"AND NOT {f.type.null_sql(f.expression)}",
                [keys],
            )
            values: dict[UUID, str] = dict(cursor.fetchall())
        owners = _owners(declaration, f, sorted(set(values.values())))
        for key, value in values.items():
            other = next((o for o in owners[value] if o != key), None)
            if other:
                raise Duplicate([_taken(actor, declaration, f, value, other)])
