"""Search across everything: the best of each kind of record, through its scope, in one statement (PLT-1)."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor, branches
from kemai.kit.text.search import query_words
from kemai.platform.objects.declare import ObjectType, all_objects
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.searching import search_condition, search_params
from kemai.platform.objects.secrecy import output


def search_everything(actor: Actor, q: str, *, limit: int = 10) -> list[dict[str, Any]]:
    """Groups of hits in the order of the menu; empty for an empty query."""
    text = q.strip()[:200]
    if not text or not (query_words(text) or any(c.isdigit() for c in text)):
        return []
    searched = [o for o in all_objects() if o.search.global_search and actor.has(o.perm("view"))]
    if not searched:
        return []
    params: dict[str, Any] = {
        **search_params(text),
        "limit": limit,
        "q_first": f"{query_words(text)[0] if query_words(text) else ''}%",
    }
    parts = [_part(actor, n, declaration, params) for n, declaration in enumerate(searched)]
    rows = fetch_rows(" UNION ALL ".join(parts), params)
    groups = []
    for n, declaration in enumerate(searched):
        items = [
            {"id": row[1], "label": row[2], "sub": row[3] or "", "path": f"{declaration.path}/{row[1]}"}
            for row in rows
            if row[0] == n
        ]
        if items:
            groups.append({"object": declaration.name, "label": declaration.plural.to(), "items": items})
    return groups


def _part(actor: Actor, n: int, declaration: ObjectType, params: dict[str, Any]) -> str:
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    params.update(scope.params)
    title = output(actor, declaration, declaration.by_name[declaration.title]) or "NULL"
    sub = _subtitle(actor, declaration)
    # Names that begin with the query first, then what was worked on last; both over at most 200 hits, so a common word stays fast.
    return (
        f"(SELECT {n} AS n, h.id, h.title, h.sub FROM (SELECT t.id, {title} AS title, {sub} AS sub, t.search_text, t.updated_at FROM {declaration.table} t "
        f"WHERE t.deleted_at IS NULL AND {scope.sql} AND {search_condition(actor, declaration)} LIMIT 200) h "
        f"ORDER BY (h.search_text LIKE %(q_first)s) DESC, h.updated_at DESC LIMIT %(limit)s)"
    )


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
