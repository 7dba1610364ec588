"""S-2: nothing a person may not see is told to him by any endpoint: crawled over every address of the API description.

Each caller asks every GET and every harmless POST, with many queries, about everything; then every answer, error texts included, is
searched for the canaries of the records he may not see.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kemai.platform.objects.declare import declared_objects
from tests.calling import Caller
from tests.contracts import oracle
from tests.fixtures import taken_back
from tests.world import World

SUSPECTS = (
    "rep",
    "rep2",
    "rep3",
    "manager",
    "southlead",
    "inside",
    "service",
    "watcher",
    "auditor",
    "guest",
    "program",
)


def canaries(world: World, person: str) -> set[str]:
    """What may never be told to ``person``: names of what he does not see, telephone numbers of what lies in a pool."""
    found = set()
    for fact in world.facts:
        if not oracle.may(person, fact, "view"):
            found |= {fact.canary, *fact.secrets}
        elif fact.pool is not None and oracle.scope_of(person, "customers", "reveal_pool") is None:
            found |= set(fact.secrets)
    return found


def addresses(caller: Caller) -> Iterator[str]:
    """Every GET address of the API's own description, with keys put in."""
    document = caller.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        if "get" in operations and path.startswith("/api/v1/"):
            yield path.removeprefix("/api/v1")


def questions(caller: Caller, world: World) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Everything asked: (words, request)."""
    for path in addresses(caller):
        if "/files/" in path or "/imports/" in path:
            continue
        if "{" not in path:
            yield path, lambda p=path: caller.get(p)
            for q in ("金丝雀", "jsq", "canary", "1390", "13800005000"):
                yield f"{path}?q={q}", lambda p=path, q=q: caller.get(p, q=q)
        else:
            name = path.split("/")[1]
            for fact in (f for f in world.facts if f.object == name):
                one = path.replace("{id}", str(fact.id))
                yield one, lambda p=one: caller.get(p)
    for declaration in declared_objects():
        name = declaration.name
        fields = ",".join(declaration.by_name)
        yield (
            f"{name} all fields",
            lambda n=name, f=fields: caller.get(f"/{n}", fields=f"{f},can", limit=200, with_total=True),
        )
        for f in declaration.fields:
            if f.target in oracle.SALES:
                for inner in ("name", "title", "remark"):
                    tree = {"field": f"{f.name}.{inner}", "op": "contains", "value": "金丝雀"}
                    yield f"{name} by {f.name}.{inner}", lambda n=name, t=tree: caller.get(f"/{n}", filter=t, limit=200)
            if f.type.groupable:
                yield (
                    f"{name} grouped by {f.name}",
                    lambda n=name, g=f.name: caller.post(f"/{n}/aggregate", {"group_by": [g]}),
                )
    yield from _writes(caller, world)


def _writes(caller: Caller, world: World) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Bodies that name what the caller may not see: references, doubles, bulk jobs. Each is undone."""
    for fact in world.of("customers"):
        key = str(fact.id)
        twin = {"name": fact.canary.upper().replace("客户", "客户 ")}
        yield "create a double", lambda b=twin: _undone(lambda: caller.post("/customers", b))
        for name, body in (
            ("contacts", {"name": "甲", "customer": key}),
            ("opportunities", {"name": "乙", "customer": key}),
            ("interactions", {"customer": key, "content": "丙"}),
            ("tasks", {"title": "丁", "related": key}),
        ):
            yield f"create {name} at it", lambda n=name, b=body: _undone(lambda: caller.post(f"/{n}", b))
        taking = (
            (("claim", {}), ("assign", {"owner": str(world.users["rep"])})) if fact.pool is None else ()
        )  # who takes it may know it
        for verb, body in (*taking, ("release", {"reason": "other"})):
            yield verb, lambda k=key, v=verb, b=body: _undone(lambda: caller.post(f"/customers/{k}/{v}", b))
        yield "stale edit", lambda k=key: _undone(lambda: caller.patch(f"/customers/{k}", {"remark": "x"}, 999))


def _undone(request: Callable[[], Any]) -> Any:
    with taken_back():
        return request()


def leaks(caller: Caller, world: World, person: str) -> tuple[list[str], int]:
    wrong, asked = [], 0
    forbidden = canaries(world, person)
    for words, ask in questions(caller, world):
        asked += 1
        answer = ask()
        text = answer.content.decode() + json.dumps(dict(answer.headers), ensure_ascii=False)
        if answer.status_code >= 500:
            wrong.append(f"{words}: {answer.status_code}")
        # What one typed oneself may come back in the refusal of it; nothing else may.
        wrong += [f"{words} tells {c}" for c in forbidden if c in text]
    return wrong, asked


@pytest.mark.parametrize("person", SUSPECTS)
def test_no_answer_tells_of_a_hidden_record(person: str, world: World, call: Callable[[str], Caller]) -> None:
    """S-2, CUS-9."""
    wrong, asked = leaks(call(person), world, oracle.CALLERS[person])
    assert not wrong, "\n".join(sorted(set(wrong))[:20])
    assert asked > 300


def test_the_crawl_would_notice(world: World, call: Callable[[str], Caller]) -> None:
    """T-3: the director's own answers are full of what the representative may not see."""
    director = call("director")
    texts = "".join(director.get(f"/{name}", limit=200).content.decode() for name in oracle.SALES)
    assert {c for c in canaries(world, "rep") if "金丝雀" in c and "binned" not in c} <= {
        c for c in canaries(world, "rep") if c in texts
    }


def test_totals_do_not_move_with_hidden_records(world: World, call: Callable[[str], Caller]) -> None:
    """S-2: one more hidden record changes no figure a person gets."""
    rep, rep3 = call("rep"), call("rep3")

    def figures() -> list[Any]:
        return [
            [rep.get(f"/{n}", with_total=True, limit=1).json()["total"] for n in oracle.SALES],
            rep.post(
                "/opportunities/aggregate", {"group_by": ["stage"], "measures": [{"op": "sum", "field": "amount"}]}
            ).json(),
            [(c["count"], c["sum"]) for c in rep.get("/opportunities/board").json()["columns"]],
            rep.get("/home").json()["counters"],
        ]

    before = figures()
    key = rep3.post("/customers", {"name": "又一家"}).json()["id"]
    assert rep3.post("/opportunities", {"name": "又一单", "customer": key, "amount": "5"}).status_code == 201
    assert figures() == before
