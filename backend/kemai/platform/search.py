"""Search across everything: the best of each kind of record, through its scope, in one statement (PLT-1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kemai.accounts.access import Actor, Scope, branches
from kemai.kit.text.search import closeness, query_words, typo_terms
from kemai.platform.objects.declare import ObjectType, all_objects
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.searching import COMMON, FEW, query_kind, search_condition, search_params, tells_all
from kemai.platform.objects.secrecy import output
from kemai.platform.objects.select import title_sql

#: From this likeness (0 to 100) on a misspelt word counts as meant.
ALIKE = 80
#: Hits of one kind of record that are put in order; a common word has more, and which of them are shown matters less than when.
SIFTED = 200


def search_everything(actor: Actor, q: str, *, limit: int = 10) -> list[dict[str, Any]]:
    """Groups of hits in the order of the menu; empty for an empty query."""
    text = q.strip()[:200]
    if not text or not (query_words(text) or any(c.isdigit() for c in text)):
        return []
    searched = [o for o in all_objects() if o.search.global_search and actor.has(o.perm("view"))]
    if not searched:
        return []
    groups = _ask(
        actor,
        searched,
        {**search_params(text), "q_first": f"{(query_words(text) or [''])[0]}%"},
        limit,
        lambda reader, declaration: _condition(reader, declaration, text),
    )
    groups = groups or _with_one_error(actor, searched, text, limit)
    for group in groups:
        for item in group["items"]:
            del item["text"]
    return groups


#: The SQL, and how many its terms leave: :data:`FEW`, :data:`COMMON`, or something between.
Condition = Callable[[Actor, ObjectType], tuple[str, str]]


def _condition(actor: Actor, declaration: ObjectType, text: str) -> tuple[str, str]:
    kind = query_kind(declaration, text)
    return search_condition(actor, declaration, kind), kind


def _ask(
    actor: Actor, searched: list[ObjectType], params: dict[str, Any], limit: int, condition: Condition
) -> list[dict[str, Any]]:
    params = {**params, "limit": limit}
    parts = [
        _part(actor, n, declaration, params, *condition(actor, declaration)) for n, declaration in enumerate(searched)
    ]
    rows = fetch_rows(" UNION ALL ".join(parts), params)
    groups = []
    for n, declaration in enumerate(searched):
        items = [
            {"id": row[1], "label": row[2], "sub": row[3] or "", "path": f"{declaration.path}/{row[1]}", "text": row[4]}
            for row in rows
            if row[0] == n
        ]
        if items:
            groups.append({"object": declaration.name, "label": declaration.plural.to(), "items": items})
    return groups


def _with_one_error(actor: Actor, searched: list[ObjectType], text: str, limit: int) -> list[dict[str, Any]]:
    """A latin word typed with one error: narrowed by its unharmed parts, then ranked by likeness. Only when nothing else was found."""
    ways = typo_terms(text)
    if not ways:
        return []
    params = {"q_first": "", **{f"q_way{n}": way for n, way in enumerate(ways)}}
    either = " OR ".join(f"t.search_terms @> %(q_way{n})s" for n in range(len(ways)))
    open_to_him = [o for o in searched if tells_all(actor, o)]  # likeness to a withheld text would tell it
    if not open_to_him:
        return []
    groups = _ask(actor, open_to_him, params, 50, lambda _actor, _declaration: (f"({either})", ""))
    for group in groups:
        alike = sorted(((closeness(text, item["text"]), item) for item in group["items"]), key=lambda pair: -pair[0])
        group["items"] = [item for score, item in alike if score >= ALIKE][:limit]
    return [group for group in groups if group["items"]]


def _part(actor: Actor, n: int, declaration: ObjectType, params: dict[str, Any], condition: str, kind: str) -> str:
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    params.update(scope.params)
    title = title_sql(actor, declaration)
    sub = _subtitle(actor, declaration)
    # Names that begin with the query first, then what was worked on last; both over at most 200 hits, so a common word stays fast.
    return (
        f"(SELECT {n} AS n, h.id, h.title, h.sub, left(h.search_text, 300) FROM "
        f"(SELECT t.id, {title} AS title, {sub} AS sub, t.search_text, t.updated_at FROM {_hits(declaration, scope, condition, kind)}) h "
        f"ORDER BY (h.search_text LIKE %(q_first)s) DESC, h.updated_at DESC LIMIT %(limit)s)"
    )


def _hits(declaration: ObjectType, scope: Scope, condition: str, kind: str) -> str:
    """At most 200 rows ``t``. Terms that narrow lead to the rows, and the scope sifts them; where every second record has the word,
    each branch of the scope gives its first ones."""
    rows = f"FROM {declaration.table} t WHERE t.deleted_at IS NULL"
    if FEW in kind:
        return f"(SELECT t.* {rows} AND {condition} OFFSET 0) t WHERE {scope.sql} LIMIT {SIFTED}"
    if scope.everything or COMMON not in kind:
        return f"{declaration.table} t WHERE t.deleted_at IS NULL AND {scope.sql} AND {condition} LIMIT {SIFTED}"
    parts = [
        f"(SELECT k.id FROM (SELECT DISTINCT s.key FROM ({scope.keyed[branch][1]}) s (key)) s CROSS JOIN LATERAL "
        f"(SELECT t.id {rows} AND t.{scope.keyed[branch][0]} = s.key AND {condition} LIMIT {SIFTED}) k LIMIT {SIFTED})"
        if branch in scope.keyed
        else f"(SELECT t.id {rows} AND {branch} AND {condition} LIMIT {SIFTED})"
        for branch in scope.conditions
    ]
    return f"{declaration.table} t WHERE t.id IN ({' UNION '.join(parts) or 'SELECT NULL::uuid'}) LIMIT {SIFTED}"


def _subtitle(actor: Actor, declaration: ObjectType) -> str:
    plain = [
        declaration.by_name[s]
        for s in declaration.subtitle
        if not declaration.by_name[s].target and not declaration.by_name[s].dictionary
    ]
    for found in plain:
        sql = output(actor, declaration, found)
        if sql:
            return f"({sql})::text"
    return "''"
