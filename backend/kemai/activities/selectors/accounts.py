"""A year of a key account: what is planned and done, and between which levels people meet (ACT-12). One statement."""

from __future__ import annotations

from datetime import date
from typing import Any

from kemai.accounts.access import Actor, branches
from kemai.activities.selectors.worklist import Whose
from kemai.kit.errors import Malformed
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.rows import fetch_rows
from kemai.platform.objects.secrecy import on as put_on
from kemai.platform.objects.select import title_sql

LIMIT = 3000


def account_year(actor: Actor, whose: Whose, *, year: int) -> dict[str, Any]:
    """Customers with plans in the year: months with their activities, and the levels that have met, are to meet, or do not."""
    if not 2000 <= year <= 2100:
        raise Malformed(what="year")
    planned, customers = get_object("planned-contacts"), get_object("customers")
    actor.require(planned.perm("view"))
    scope = branches(actor, planned.perm("view"), planned.ownership)
    seen = branches(actor, customers.perm("view"), customers.ownership, alias="c")
    params = {**actor.params, **scope.params, **seen.params}
    params |= {"people": whose.people, "first": date(year, 1, 1), "last": date(year + 1, 1, 1), "limit": LIMIT}
    rows = fetch_rows(
        f"SELECT t.id, t.title, t.kind, t.planned_on, t.our_level, t.their_level, t.status, c.id, {put_on('c', title_sql(actor, customers))}, "
        "c.importance FROM activities_plannedcontact t JOIN customers_customer c ON c.id = t.customer_id "
        f"WHERE t.deleted_at IS NULL AND t.holder_id = ANY(%(people)s) AND t.planned_on >= %(first)s AND t.planned_on < %(last)s "
        f"AND t.status <> 'dropped' AND {scope.sql} AND {seen.sql} ORDER BY (c.importance = 'key') DESC, c.name_sort, c.id, t.planned_on "
        "LIMIT %(limit)s",
        params,
    )
    found: dict[str, dict[str, Any]] = {}
    for key, title, kind, day, ours, theirs, status, customer, name, importance in rows:
        line = found.setdefault(
            customer, {"id": customer, "name": name, "importance": importance, "entries": [], "coverage": {}}
        )
        line["entries"].append({"id": key, "title": title, "kind": kind, "on": day, "status": status})
        pair = line["coverage"].setdefault(f"{ours}:{theirs}", {"planned": 0, "done": 0})
        pair["done" if status == "done" else "planned"] += 1
    return {"year": year, "items": list(found.values())}
