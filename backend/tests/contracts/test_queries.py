"""L-4: the number of statements of every endpoint is the same over 10 and over 110 rows, and small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kemai.base.audit import act
from kemai.base.jobs import run_job
from kemai.customers.models import Contact
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.write import insert_drafts, prepare_new
from tests.calling import Caller
from tests.contracts import test_paging
from tests.contracts.oracle import OBJECTS
from tests.contracts.test_matrix import EDITS
from tests.counting import counting
from tests.fixtures import taken_back
from tests.world import World

#: The most statements a warm request may need.
LIMITS = {
    "list": 1,
    "list with total": 5,
    "list with can": 2,
    "options": 1,
    "detail": 1,
    "aggregate": 2,
    "board": 9,
    "history": 3,
    "timeline": 6,  # one of each kind of record that appears in it
    "meta": 2,
}


def asks(caller: Caller, name: str, key: str) -> dict[str, Callable[[], Any]]:
    declaration = get_object(name)
    groupable = next((f.name for f in declaration.fields if f.type.groupable and f.filterable), None)
    found: dict[str, Callable[[], Any]] = {
        "list": lambda: caller.get(f"/{name}", limit=200),
        "list with total": lambda: caller.get(f"/{name}", limit=200, with_total=True),
        "list with can": lambda: caller.get(f"/{name}", limit=200, fields=f"{declaration.title},can"),
        "options": lambda: caller.get(f"/{name}/options", limit=50),
        "detail": lambda: caller.get(f"/{name}/{key}"),
        "history": lambda: caller.get(f"/{name}/{key}/history"),
        "meta": lambda: caller.get(f"/meta/objects/{name}"),
    }
    if groupable:
        found["aggregate"] = lambda: caller.post(f"/{name}/aggregate", {"group_by": [groupable]})
    if declaration.board:
        found["board"] = lambda: caller.get(f"/{name}/board", limit=50)
    if declaration.timeline:
        found["timeline"] = lambda: caller.get(f"/{name}/{key}/timeline")
    return found


def statements(ask: Callable[[], Any]) -> int:
    """How many a warm request needs: the fewest of three, since a memory of one second may run out within one."""
    counts = []
    for _ in range(4):
        with counting() as captured:
            answer = ask()
        assert answer.status_code == 200, answer.content.decode()[:300]
        counts.append(
            sum(1 for sql in captured.statements if not sql.startswith(("SAVEPOINT", "RELEASE", "SET LOCAL")))
        )
    return min(counts)


@pytest.mark.parametrize("name", OBJECTS)
def test_statements_do_not_grow_with_rows(name: str, world: World, call: Callable[[str], Caller]) -> None:
    """L-4: N+1 = 0."""
    admin = call("admin")
    key = str(get_object(name).model._base_manager.filter(deleted_at__isnull=True).values_list("pk", flat=True)[0])
    few = {words: statements(ask) for words, ask in asks(admin, name, key).items()}
    test_paging.bulk(world, get_object(name))
    many = {words: statements(ask) for words, ask in asks(admin, name, key).items()}
    assert many == few
    assert {w: n for w, n in many.items() if n > LIMITS[w]} == {}


def test_writing_does_not_grow_either(world: World, call: Callable[[str], Caller]) -> None:
    """L-4: an edit needs the same statements however many records there are."""
    rep, path = call("rep"), f"/customers/{world.get('customers', 'mine').id}"

    def edit() -> int:
        with taken_back(), counting() as captured:
            assert rep.patch(path, EDITS["customers"], 1).status_code == 200
        return len(captured)

    before = min(edit() for _ in range(4))
    test_paging.bulk(world, get_object("customers"))
    assert min(edit() for _ in range(4)) == before <= 20


def test_a_bulk_edit_writes_in_batches(world: World, call: Callable[[str], Caller]) -> None:
    """L-4: a hundred records in one batch need hardly more statements than ten."""
    from_few = _bulk_statements(world, call("director"), 10)
    assert _bulk_statements(world, call("director"), 110) <= from_few + 4


def _bulk_statements(world: World, director: Caller, count: int) -> int:

    with taken_back():
        test_paging.bulk(world, get_object("tasks"))
        ids = sorted(director.ids("tasks"))[:count]
        job = director.post("/tasks/bulk", {"ids": ids, "action": "set", "params": {"progress": 7}}).json()["id"]
        with counting() as captured:
            done = run_job(job)
        assert (done.state, done.succeeded) == ("done", count)
    return len(captured)


#: What a row of a batch says, from its number, a customer of the writer and one of its contacts.
ROWS: dict[str, Callable[[int, str, str], dict[str, Any]]] = {
    "customers": lambda n, _, __: {"name": f"批量客户{n}有限公司", "phone": f"1380013{n:04}"},
    "contacts": lambda n, customer, _: {"name": f"联系人{n}", "customer": customer, "phone": f"1390013{n:04}"},
    "interactions": lambda n, customer, contact: {"content": f"谈了{n}次", "customer": customer, "contact": contact},
    "opportunities": lambda n, customer, contact: {
        "name": f"商机{n}",
        "customer": customer,
        "contact": contact,
        "amount": "1",
    },
    "tasks": lambda n, customer, _: {"title": f"任务{n}", "related": {"object": "customers", "id": customer}},
    "leads": lambda n, _, __: {"name": f"批量线索{n}有限公司", "phone": f"1370013{n:04}"},
    "needs": lambda n, customer, contact: {"title": f"需求{n}", "customer": customer, "contact": contact},
}


@pytest.mark.parametrize("name", ROWS)
def test_an_import_writes_in_batches(name: str, world: World) -> None:
    """L-4: twelve rows in one batch need as many statements as three."""
    rep, declaration = world.actor("rep"), get_object(name)
    contact = Contact.objects.get(pk=world.get("contacts", "mine").id)

    def write(count: int) -> int:
        with taken_back(), counting() as captured, act(rep, "create", object=name):
            drafts = prepare_new(
                rep, declaration, [ROWS[name](n, str(contact.customer_id), str(contact.id)) for n in range(count)]
            )
            assert [e for d in drafts for e in d.errors] == []
            insert_drafts(rep, declaration, drafts)
        return len(captured)

    write(3)
    assert write(12) == write(3)
