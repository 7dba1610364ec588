"""Records by what people write in cells: names, numbers, any key field. One statement per field and batch, never one per row.

Only what the importer may see is found; who may not see a record learns nothing of it (CUS-9).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor, branches
from kemai.kit.ids import parse_id
from kemai.kit.text.normalise import clean_text
from kemai.kit.text.search import pinyin_sort_key
from kemai.platform.objects import types
from kemai.platform.objects.declare import Field, ObjectType, get_object
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import HIDDEN, MASKED, access_of, row_secret


@dataclass(frozen=True, slots=True)
class Match:
    """A record found by a text: its key, its title, and the values of the columns asked for to narrow by."""

    id: UUID
    label: str
    facts: dict[str, Any] = field(default_factory=dict)


Found = dict[str, list[Match]]
_PLAIN = types.CellContext({}, "UTC")


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to find records: SQL over ``t``, what to compare it with by text, and whether the value itself must then be equal too."""

    sql: str
    keys: dict[str, str]
    exact: bool
    cast: str = ""


def key_fields(actor: Actor, target: ObjectType) -> list[Field]:
    """The fields records of this kind may be found by, as far as ``actor`` may read them."""
    found = [f for f in target.fields if (f.key or f.name == target.title) and f.stored]
    return [f for f in found if access_of(actor, target, f) not in (HIDDEN, MASKED)]


def find_by_field(
    actor: Actor, target: ObjectType, f: Field, texts: Iterable[str], *, facts: Sequence[str] = ()
) -> Found:
    """Living, visible records whose ``f`` is one of ``texts``: by the stored value, its sort key, or its declared look-up key."""
    wanted = {text: value for text in texts if (value := key_value(f, text))}
    found: dict[str, dict[UUID, Match]] = {}
    if not wanted:
        return {}
    title = target.by_name[target.title].stored
    columns = ("t.id", f"t.{title}", f.expression, *(f"t.{c}" for c in facts))
    for way in _ways(target, f, wanted):
        by_key: dict[str, list[str]] = {}
        for text, key in way.keys.items():
            by_key.setdefault(key, []).append(text)
        for row in _rows(actor, target, f, way, list(by_key), columns):
            match = Match(UUID(row[0]), str(row[1] or ""), dict(zip(facts, row[3:-1], strict=True)))
            for text in by_key.get(row[-1], ()):
                if not way.exact or row[2] == wanted[text]:
                    found.setdefault(text, {}).setdefault(match.id, match)
    return {text: list(matches.values()) for text, matches in found.items()}


def key_value(f: Field, text: str) -> str:
    """The text of a cell as the field would store it; empty when it could not be stored, and so cannot be found."""
    try:
        return str(f.type.parse(f, f.type.from_cell(f, text, _PLAIN)) or "") if text else ""
    except types.BadValue:
        return ""


def _ways(target: ObjectType, f: Field, wanted: dict[str, str]) -> list[_Way]:
    """Columns that an index serves before the plain one."""
    ways = []
    if f.custom:
        ways.append(_Way(f.expression, wanted, False, f.type.cast))
    elif f.sort:
        # The sort key holds the text, and unlike the text it is indexed in every table.
        person = target.search.person
        keys = {text: pinyin_sort_key(value, person=person) for text, value in wanted.items()}
        ways.append(_Way(f"t.{f.sort}", keys, True))
    else:
        ways.append(_Way(f.expression, wanted, True))
    if f.lookup:
        keys = {text: key for text, value in wanted.items() if (key := f.lookup.key_of(value))}
        ways.append(_Way(f"t.{f.lookup.column}", keys, False))
    return ways


def _rows(
    actor: Actor, target: ObjectType, f: Field, way: _Way, keys: list[str], columns: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    scope = branches(actor, target.perm("view"), target.ownership)
    secret = row_secret(actor, f)
    guard = f" AND NOT ({secret})" if secret else ""
    source, same, key = f"{target.table} t", f"{way.sql} = ANY(%(keys)s)", way.sql
    if way.cast:
        # Compared as the field's own type, so that 12 finds 12.00; the key that found it comes back as it was asked.
        source = f"unnest(%(keys)s::text[]) k (key) JOIN {target.table} t ON {way.sql} = k.key{way.cast}"
        same, key = "TRUE", "k.key"
    elif target.column_types[way.sql.removeprefix("t.")].startswith(("varchar", "text")):
        guard += f" AND {way.sql} <> ''"  # lets the planner take indexes that leave empty values out
    return fetch_rows(
        f"SELECT {', '.join(columns)}, {key} FROM {source} "
        f"WHERE {same} AND t.deleted_at IS NULL AND {scope.sql}{guard}",
        {**scope.params, **actor.params, "keys": keys},
    )


class References:
    """Cells that name other records, resolved for a whole batch and remembered for the length of a run."""

    def __init__(self, actor: Actor, declaration: ObjectType) -> None:
        self.actor, self.declaration = actor, declaration
        self._known: dict[str, Found] = {}

    def shared(self, f: Field) -> list[tuple[Field, Field]]:
        """References both kinds have to a third (a contact's customer beside ours): they tell namesakes apart."""
        theirs = get_object(f.target).by_name
        return [
            (mine, theirs[mine.name])
            for mine in self.declaration.fields
            if mine.target
            and not mine.custom
            and mine.name != f.name
            and mine.name in theirs
            and theirs[mine.name].target == mine.target
            and theirs[mine.name].stored
        ]

    def load(self, f: Field, texts: Iterable[str]) -> None:
        """Look up what is not known yet: one statement per key field of the target."""
        known = self._known.setdefault(f.name, {})
        missing = {t for text in texts if (t := clean_text(text)) and t not in known}
        if not missing or not self.actor.has(get_object(f.target).perm("view")):
            return
        if len(known) > 50_000:
            known.clear()
        target = get_object(f.target)
        facts = [theirs.stored for _, theirs in self.shared(f)]
        left = missing
        for key in key_fields(self.actor, target):
            hits = find_by_field(self.actor, target, key, left, facts=facts)
            known.update(hits)
            left = left - hits.keys()
        known.update({text: [] for text in left})

    def matches(self, f: Field, text: str, row: dict[str, Any]) -> list[Match]:
        """The records ``text`` may mean in a row whose other references are already in ``row``."""
        found = self._known.get(f.name, {}).get(clean_text(text), [])
        if len(found) > 1:
            for mine, theirs in self.shared(f):
                wanted = row.get(mine.name)
                if wanted is not None:
                    found = [m for m in found if m.facts.get(theirs.stored) == str(wanted)] or found
        return found


def as_id(text: str) -> UUID | None:
    """A record key written into a cell (an export for programs)."""
    return parse_id(text.strip()) if len(text) >= 32 else None
