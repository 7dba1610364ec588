"""S-2, S-3, P-1: nothing a person may not see is told to him by any endpoint: crawled over every address of the API description.

Each caller asks every GET and everything else there is to ask about records that are not his (``questions.py``), after a day's work of
others has left its trail (``trail.py``); then every answer, error texts and files included, is searched for the canaries of the
records he may not see.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse

from kemai.platform.models import Notification, NotifyEvent
from kemai.platform.objects.declare import get_object
from tests.calling import Caller
from tests.contracts import oracle
from tests.contracts.questions import everything, told
from tests.contracts.trail import Trail, leave
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


#: The log shows changes as they are stored; the right to read it is the right to read that.
LOG_READERS = ("auditor",)


def canaries(world: World, person: str, trail: Trail | None = None) -> set[str]:
    """What may never be told to ``person``: names of what he does not see, telephone numbers of what lies in a pool."""
    found = set()
    for fact in (*world.facts, *(trail.facts if trail else ())):
        if not oracle.may(person, fact, "view"):
            found |= {fact.canary, *fact.secrets}
        elif fact.pool is not None and oracle.scope_of(person, fact.object, "reveal_pool") is None:
            found |= set(fact.secrets)
    return found


def _undone(request: Callable[[], HttpResponse]) -> HttpResponse:
    with taken_back():
        return request()


def leaks(caller: Caller, world: World, person: str, trail: Trail) -> tuple[list[str], int]:
    """What was told, or broke; and how much was asked."""
    wrong, asked = [], 0
    forbidden = canaries(world, person, trail)
    for words, ask in everything(caller, person, world, trail):
        asked += 1
        if words.startswith("/admin/audit") and person in LOG_READERS:
            continue
        answer = _undone(ask)
        text = told(answer)
        if answer.status_code >= 500:
            wrong.append(f"{words}: {answer.status_code}")
        # What one typed oneself may come back in the refusal of it; nothing else may.
        wrong += [f"{words} tells {c}" for c in forbidden if c in text]
    return wrong, asked


def messages(world: World, person: str) -> str:
    """All that rang for somebody, and all that went into his stream."""
    mine = Notification.objects.filter(user_id=world.users[person])
    rang = [f"{n.title_zh} {n.title_en} {n.text} {n.path}" for n in mine]
    return "\n".join([*rang, *(str(e.payload) for e in NotifyEvent.objects.filter(user_id=world.users[person]))])


@pytest.fixture
def trail(world: World) -> Trail:
    return leave(world)


@pytest.mark.parametrize("person", SUSPECTS)
def test_no_answer_tells_of_a_hidden_record(
    person: str, world: World, trail: Trail, call: Callable[[str], Caller]
) -> None:
    """S-2, S-3, P-1, CUS-9, ORG-8, PLT-3, PLT-9, PLT-16, CUS-7."""
    who = oracle.CALLERS[person]
    wrong, asked = leaks(call(person), world, who, trail)
    wrong += [f"a message tells {c}" for c in canaries(world, who, trail) if c in messages(world, who)]
    assert not wrong, "\n".join(sorted(set(wrong))[:20])
    assert asked > 1000


def test_the_trail_is_worth_following(world: World, trail: Trail, call: Callable[[str], Caller]) -> None:
    """T-3: the trail tells its canaries to whoever may know them, on every road a suspect tries."""
    director = call("director")
    found = {
        "messages": messages(world, "director") + messages(world, "manager") + messages(world, "admin"),
        "operations": director.get("/operations").content.decode(),
        "merges": director.get("/merges", object="customers", id=str(trail.fact("归处").id)).content.decode(),
        "pairs": director.get("/duplicates").content.decode(),
        "file": told(director.get(f"/files/{trail.places['file_id'][0]}/content")),
        "job": "".join(director.get(f"/jobs/{key}").content.decode() for key in trail.places["job_id"]),
        "members": director.get(f"/segments/{trail.places['segment_id'][0]}/changes").content.decode(),
        "export of all": told(
            next(
                ask for words, ask in everything(director, "director", world, trail) if words == "export customers xlsx"
            )()
        ),
    }
    dumb = [road for road, text in found.items() if not any(c in text for c in canaries(world, "rep", trail))]
    assert not dumb


def test_the_crawl_would_notice(world: World, call: Callable[[str], Caller]) -> None:
    """T-3: the answers to the director, and to whoever settles requests, are full of what the representative may not see."""

    def listed(person: str, name: str) -> str:
        declaration = get_object(name)
        shown = dict.fromkeys((*declaration.columns, *declaration.search.texts))
        answer = call(person).get(f"/{name}", limit=200, fields=",".join(shown))
        assert answer.status_code == 200, (name, answer.content[:200])
        return answer.content.decode()

    asked = [*(("director", name) for name in oracle.SALES), *(("admin", name) for name in oracle.REQUESTS)]
    texts = "".join(listed(person, name) for person, name in asked)
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
