"""Records that break a field's rule: they were there before it, stay as they are, and are listed for mending (PLT-2)."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor, branches
from kemai.kit.errors import Malformed, NotFound
from kemai.kit.ids import parse_id
from kemai.platform.custom.manage import MANAGE
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.demands import JUDGE
from kemai.platform.objects.filters import compile_filter
from kemai.platform.objects.read import day_params
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import output

PAGE = 50
RULES = ("required", "unique", "bounds")


def list_breaches(actor: Actor, object_name: str, key: str, rule: str, cursor: str = "") -> dict[str, Any]:
    """Living records in sight that break ``rule``, whether it is set or only thought of; one page and how many there are."""
    actor.require(MANAGE)
    declaration = get_object(object_name)
    actor.require(declaration.perm("view"))
    found = declaration.by_name.get(f"custom.{key}")
    if found is None or not found.stored:
        raise NotFound
    after = parse_id(cursor) if cursor else None
    if rule not in RULES or (cursor and after is None):
        raise Malformed(what=f"rule: {' | '.join(RULES)}")
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    empty = found.type.null_sql(found.expression)
    params = {**scope.params, **actor.params, **day_params(actor), "after": after, "limit": PAGE + 1}
    if rule == "required":
        broken = empty
        when = found.require_when or found.show_when
        if when:
            compiled = compile_filter(JUDGE, declaration, when)
            params.update(compiled.params)
            broken = f"{empty} AND {compiled.sql}"
    elif rule == "bounds":
        broken = f"({found.type.misfit(found, found.expression) or 'FALSE'})"
    else:
        broken = (
            f"NOT {empty} AND {found.expression} IN (SELECT {found.expression} FROM {declaration.table} t "
            f"WHERE t.deleted_at IS NULL AND NOT {empty} GROUP BY 1 HAVING count(*) > 1)"
        )
    where = f"FROM {declaration.table} t WHERE t.deleted_at IS NULL AND {scope.sql} AND {broken}"
    title = output(actor, declaration, declaration.by_name[declaration.title]) or "NULL"
    value = output(actor, declaration, found) or "NULL"
    rows = fetch_rows(
        f"SELECT t.id, {title}, {value} {where}{' AND t.id > %(after)s' if after else ''} ORDER BY t.id LIMIT %(limit)s",
        params,
    )
    return {
        "rule": rule,
        "count": fetch_rows(f"SELECT count(*) {where}", params)[0][0],
        "items": [{"id": i, "label": label, "value": shown} for i, label, shown in rows[:PAGE]],
        "next_cursor": rows[PAGE - 1][0] if len(rows) > PAGE else None,
    }
