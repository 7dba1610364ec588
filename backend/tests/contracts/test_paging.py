"""The contract's lists: keyset paging gives every row exactly once, for every sort, both ways, over ties and empty values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection, models

from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.kit.clock import now
from kemai.platform.objects.declare import ObjectType, declared_objects, get_object
from kemai.platform.objects.select import Query, plan_list
from tests.calling import Caller
from tests.contracts.oracle import OBJECTS
from tests.world import World

ROWS = 230
#: Scope shapes: everything, a department and below, one's own with shares and pools, chosen departments.
#: Kinds of which two rows may not name the same; here they are copies of one all the same.
COPIES = (
    *(n for n in OBJECTS if n.startswith("opportunity-")),
    "transfer-requests",
    "products",
    "web-forms",
    "exchange-rates",
)
SHAPES = ("director", "manager", "rep", "watcher")


def bulk(world: World, declaration: ObjectType) -> None:
    """``ROWS`` more records spread over owners, with few distinct values, many ties and many nulls in every sortable column."""
    first = declaration.model._base_manager.filter(deleted_at__isnull=True).order_by("pk").first()
    assert first is not None
    base = {f.attname: getattr(first, f.attname) for f in declaration.model._meta.concrete_fields}
    owners = [("rep", "east_one"), ("rep2", "east_one"), ("rep3", "south"), ("rep4", "east_two")]
    sorts = {f.sort or f.stored for f in declaration.by_name.values() if f.sortable and (f.sort or f.stored)}
    rows = []
    for n in range(ROWS):
        user, department = owners[n % 4]
        values = dict(base)
        values.pop("id")
        for column in ("owner_id", "holder_id", "assignee_id", "created_by"):
            if column in values:
                values[column] = world.users[user]
        for column in ("department_id", "holder_department_id"):
            if column in values and declaration.name != "users":
                values[column] = world.departments[department]
        for column in ("number", "name", "username", "code"):
            if column in values:
                values[column] = f"{column}-{n}"
        values.update({c: "" for c in ("unique_key", "credit_code") if c in values})
        if "is_default" in values:
            values["is_default"] = False
        if declaration.name in ("customer-relations", "reports"):
            values["kind"] = f"kind{n}"
        if declaration.name == "cadences":
            values["value"] = f"value{n}"
        if declaration.name == "enrollments":
            values["status"] = "done"
        if "pool_id" in values:
            values["pool_id"] = None
        for column in sorts:
            values[column] = _tied(declaration, column, n)
        rows.append(declaration.model(**values))
    if declaration.name in COPIES:
        with connection.cursor() as cursor:  # taken back with the test
            for constraint in declaration.model._meta.constraints:
                if isinstance(constraint, models.UniqueConstraint):
                    cursor.execute(f"ALTER TABLE {declaration.table} DROP CONSTRAINT IF EXISTS {constraint.name}")
                    cursor.execute(f"DROP INDEX IF EXISTS {constraint.name}")
    with act(INSTALLER, "create", object=declaration.name):
        declaration.model._base_manager.bulk_create(rows)


def _tied(declaration: ObjectType, column: str, n: int) -> Any:
    field = declaration.model._meta.get_field(column)
    if field.null and n % 3 == 0:
        return None
    if isinstance(field, models.DateTimeField):
        return now() - timedelta(days=n % 5, microseconds=n % 2)
    if isinstance(field, models.DateField):
        return (now() - timedelta(days=n % 5)).date()
    if isinstance(field, (models.IntegerField, models.DecimalField)):
        return n % 4
    return ["甲", "乙", "乙 丙", "a", ""][n % 5]


def pages(caller: Caller, name: str, **query: Any) -> Iterator[list[dict[str, Any]]]:
    cursor = ""
    while True:
        page = caller.get(f"/{name}", **query, **({"cursor": cursor} if cursor else {})).json()
        yield page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return


@pytest.mark.parametrize("name", OBJECTS)
def test_every_row_once(name: str, world: World, call: Callable[[str], Caller]) -> None:
    """For every sortable field, both ways, in each scope shape."""
    declaration = get_object(name)
    bulk(world, declaration)
    sorts = [f.name for f in declaration.by_name.values() if f.sortable]
    assert {"created_at", "updated_at"} <= set(sorts)
    for person in SHAPES if name not in ("roles",) else ("admin",):
        caller = call(person)
        if caller.get(f"/{name}").status_code == 403:
            continue
        total = caller.get(f"/{name}", limit=1, with_total=True).json()["total"]
        if person in ("director", "admin"):
            assert total >= ROWS
        for sort in sorts:
            both = []
            for way in ("", "-"):
                keys = [
                    row["id"]
                    for page in pages(caller, name, limit=97, sort=f"{way}{sort}", fields=sort)
                    for row in page
                ]
                assert len(keys) == len(set(keys)) == total, (person, way + sort)
                both.append(keys)
            assert set(both[0]) == set(both[1])


def test_the_order_is_the_one_asked_for(world: World, call: Callable[[str], Caller]) -> None:
    """Ascending and descending by value; empty values come last both ways; ties go by key in the same direction."""
    bulk(world, get_object("opportunities"))
    director = call("director")
    for way in ("", "-"):
        rows = [
            r for page in pages(director, "opportunities", limit=50, sort=f"{way}amount", fields="amount") for r in page
        ]
        filled = [(float(r["amount"]), r["id"]) for r in rows if r["amount"] is not None]
        assert [r["amount"] is None for r in rows] == sorted(r["amount"] is None for r in rows)
        assert filled == sorted(filled, reverse=way == "-")


def test_rows_without_a_value_are_not_looked_for_where_a_condition_rules_them_out(world: World) -> None:
    """PLT-1: of "to contact today" a page would else go through everybody who is never to be contacted."""
    customers, actor = get_object("customers"), world.actor("rep")
    due: dict[str, Any] = {"field": "next_contact_at", "op": "lte", "value": "today"}
    soon = {"field": "next_contact_at", "op": "within_next", "value": {"days": 7}}
    other = {"field": "industry", "op": "eq", "value": "it"}
    for tree, looked_for in (
        (due, False),
        ({"and": [other, {"or": [due, soon]}]}, False),
        ({"or": [due, other]}, True),
        ({"not": due}, True),
        ({"field": "next_contact_at", "op": "is_null", "value": True}, True),
        (other, True),
    ):
        query = Query(fields=("name",), filter=orjson.dumps(tree).decode(), sort="next_contact_at")
        statement = plan_list(actor, customers, query).statement("first")
        assert ("t.next_contact_at IS NOT NULL" in statement) is looked_for, tree


def test_a_cursor_belongs_to_its_list(world: World, call: Callable[[str], Caller]) -> None:
    """Another sort, filter, search or kind of record refuses it."""
    rep = call("rep")
    cursor = rep.get("/customers", limit=1).json()["next_cursor"]
    assert rep.get("/customers", limit=2, cursor=cursor).status_code == 200
    for path, query in (
        ("/customers", {"sort": "name"}),
        ("/customers", {"q": "金"}),
        ("/customers", {"filter": {"and": [{"field": "in_pool", "op": "eq", "value": False}]}}),
        ("/contacts", {}),
        ("/customers", {"cursor": cursor[:-2] + "AA"}),
        ("/customers", {"cursor": "%00"}),
    ):
        assert rep.get(path, **{"cursor": cursor, **query}).status_code == 400, (path, query)


def test_the_sorts_are_of_the_objects() -> None:
    """Nothing above would notice a kind of record that cannot be sorted."""
    assert all(any(f.sortable for f in o.fields) or o.default_sort == "-updated_at" for o in declared_objects())
