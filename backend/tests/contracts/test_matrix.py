"""S-1, S-4: every caller × every record × every verb answers as the independent oracle says, and a refusal changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse

from kemai.platform.objects.declare import declared_objects
from tests.calling import Caller
from tests.contracts import oracle
from tests.fixtures import business_hash, taken_back
from tests.world import Fact, World

#: A harmless edit of each kind of record.
EDITS: dict[str, dict[str, Any]] = {
    "customers": {"remark": "edited"},
    "contacts": {"remark": "edited"},
    "customer-relations": {"remark": "edited"},
    "interactions": {"next_step": "edited"},
    "tasks": {"description": "edited"},
    "opportunities": {"need": "edited"},
    "needs": {"motive": "edited"},
    "promises": {"remark": "edited"},
    "planned-contacts": {"result": "edited"},
    "enrollments": {"remark": "edited"},
    "reports": {"problems": "edited"},
    "cadences": {"position": 7},
    "greetings": {"text": "edited"},
    "sequences": {"description": "edited"},
    "sequence-steps": {"guidance": "edited"},
    "leads": {"need": "edited"},
    "opportunity-lines": {"remark": "edited"},
    "opportunity-contacts": {"note": "edited"},
    "opportunity-competitors": {"note": "edited"},
    "opportunity-members": {"role": "edited"},
    "opportunity-steps": {"note": "edited"},
    "transfer-requests": {"reason": "edited"},
    "consents": {"evidence": "edited"},
    "subject-requests": {"asked": "edited"},
    "products": {"description": "edited"},
    "competitors": {"battle_card": "edited"},
    "web-forms": {"intro_zh": "edited"},
    "exchange-rates": {"source": "edited"},
    "departments": {"position": 7},
    "users": {"job_title": "edited"},
    "roles": {"goals": "edited"},
    "teams": {"description": "edited"},
    "pools": {"description": "edited"},
    "pipelines": {"position": 7},
    "stages": {"guidance": "edited"},
}


@dataclass(frozen=True)
class Cell:
    """One request to a record, and the status the policy asks for."""

    words: str
    expected: int
    send: Callable[[], HttpResponse]


def version_of(fact: Fact) -> int:
    declaration = next(o for o in declared_objects() if o.name == fact.object)
    return int(declaration.model._base_manager.values_list("version", flat=True).get(pk=fact.id))


def cells(caller: Caller, person: str, fact: Fact, world: World) -> Iterator[Cell]:
    path, name = f"/{fact.object}/{fact.id}", fact.object
    version = version_of(fact)
    view, edit, delete = (
        oracle.detail_status(person, fact),
        oracle.change_status(person, fact, "edit", 200),
        oracle.change_status(person, fact, "delete", 204),
    )
    yield Cell("GET", view, lambda: caller.get(path))
    history = oracle.history_status(person, fact)
    yield Cell("GET history", history, lambda: caller.get(f"{path}/history"))
    if name in ("customers", "contacts", "opportunities", "leads"):
        yield Cell("GET timeline", view, lambda: caller.get(f"{path}/timeline"))
    yield Cell("GET shares", view, lambda: caller.get(f"{path}/shares"))
    yield Cell("PATCH", edit, lambda: caller.patch(path, EDITS[name], version))
    yield Cell("DELETE", 403 if name == "users" else delete, lambda: caller.delete(path, version))
    if name in ("customers", "opportunities", "leads"):
        share = oracle.change_status(person, fact, "share", 201)
        share = 404 if share == 403 and not oracle.sees(person, fact) else share
        body = {"grantee_kind": "user", "grantee": str(world.users["guest"]), "can_write": False}
        yield Cell("POST shares", share, lambda: caller.post(f"{path}/shares", body))
    yield from _commands(caller, person, fact, world, path)


def _commands(caller: Caller, person: str, fact: Fact, world: World, path: str) -> Iterator[Cell]:
    if fact.object in ("customers", "leads"):
        asked = {"field": "phone", "reason": "客户来电核对"}
        yield Cell("reveal", oracle.reveal_status(person, fact), lambda: caller.post(f"{path}/reveal", asked))
        owner = {"owner": str(world.users["rep2"])}
        yield Cell("claim", oracle.claim_status(person, fact), lambda: caller.post(f"{path}/claim"))
        if oracle.scope_of(person, "users", "view"):  # the new owner must be somebody the assigner may see
            yield Cell("assign", oracle.assign_status(person, fact), lambda: caller.post(f"{path}/assign", owner))
        yield Cell(
            "release", oracle.release_status(person, fact), lambda: caller.post(f"{path}/release", {"reason": "other"})
        )
    if fact.object == "leads":
        yield Cell("convert", oracle.convert_status(person, fact), lambda: caller.post(f"{path}/convert"))
        edit = oracle.change_status(person, fact, "edit", 200)
        yield Cell("qualify", edit, lambda: caller.post(f"{path}/qualify"))
        yield Cell("reopen", 409 if edit == 200 else edit, lambda: caller.post(f"{path}/reopen"))
        back = oracle.change_status(person, fact, "convert", 409)
        yield Cell("unconvert", back, lambda: caller.post(f"{path}/unconvert", {"reason": "mistake"}))
    if fact.object == "opportunities":
        edit = oracle.change_status(person, fact, "edit", 200)
        yield Cell("win", edit, lambda: caller.post(f"{path}/win"))
        yield Cell("lose", edit, lambda: caller.post(f"{path}/lose", {"reason": "price"}))
        yield Cell("move-stage", edit, lambda: caller.post(f"{path}/move-stage", {"stage": "contact"}))
        yield Cell("reopen", 409 if edit == 200 else edit, lambda: caller.post(f"{path}/reopen"))
    if fact.object == "tasks":
        edit = oracle.change_status(person, fact, "edit", 200)
        yield Cell("complete", edit, lambda: caller.post(f"{path}/complete"))
        yield Cell("reopen", 409 if edit == 200 else edit, lambda: caller.post(f"{path}/reopen"))
    if fact.object == "promises":
        edit = oracle.change_status(person, fact, "edit", 200)
        yield Cell("keep", edit, lambda: caller.post(f"{path}/keep"))
        yield Cell("break", edit, lambda: caller.post(f"{path}/break", {"reason": "来不及"}))
    if fact.object == "planned-contacts":
        edit = oracle.change_status(person, fact, "edit", 200)
        yield Cell("do", edit, lambda: caller.post(f"{path}/do", {"result": "谈妥"}))
        yield Cell("drop", edit, lambda: caller.post(f"{path}/drop"))
    if fact.object == "enrollments":
        edit = oracle.change_status(person, fact, "edit", 200)
        yield Cell("skip", edit, lambda: caller.post(f"{path}/skip"))
        yield Cell("pause", edit, lambda: caller.post(f"{path}/pause"))
        yield Cell("resume", 409 if edit == 200 else edit, lambda: caller.post(f"{path}/resume"))
        yield Cell("stop", edit, lambda: caller.post(f"{path}/stop", {"reason": "不需要"}))
    if fact.object == "reports":
        edit = oracle.change_status(person, fact, "edit", 200)
        # Whoever may do everything still hands in his own sheets only.
        mine = edit if edit != 200 or person in fact.owners else 409
        yield Cell("submit", mine, lambda: caller.post(f"{path}/submit"))
        yield Cell("withdraw", 409 if edit == 200 else edit, lambda: caller.post(f"{path}/withdraw"))
        read = oracle.change_status(person, fact, "comment", 409)  # nothing was handed in yet
        yield Cell("mark-read", read, lambda: caller.post(f"{path}/mark-read"))
    if fact.object == "users":
        myself = str(world.users[person]) == str(fact.id)
        reset = oracle.change_status(person, fact, "edit", 200)
        disable = oracle.change_status(person, fact, "disable", 403 if myself else 200)
        yield Cell("disable", disable, lambda: caller.post(f"{path}/disable"))
        yield Cell("unlock", reset, lambda: caller.post(f"{path}/unlock"))
        yield Cell(
            "reset-password", reset, lambda: caller.post(f"{path}/reset-password", {"password": "another-word-7"})
        )


def everything(world: World, person: str) -> list[Fact]:
    """The records of the world, some of those every installation has, and the person himself."""
    found = [*world.facts, Fact("users", "himself", world.users[person], "")]
    for declaration in declared_objects():
        if declaration.name not in oracle.SALES:
            keys = (
                declaration.model._base_manager.filter(deleted_at__isnull=True)
                .order_by("pk")
                .values_list("pk", flat=True)[:2]
            )
            found += [Fact(declaration.name, str(n), key, "") for n, key in enumerate(keys)]
    return found


def check(caller: Caller, person: str, world: World) -> tuple[list[str], int]:
    """Differences between the answers and the oracle, and how many cells were asked."""
    wrong, asked = [], 0
    before = business_hash()
    for fact in everything(world, person):
        for cell in cells(caller, person, fact, world):
            asked += 1
            if cell.expected < 300:
                with taken_back():
                    status = cell.send().status_code
                # A ready record in use may refuse to go: that is its rule, not the matrix's.
                fine = status == cell.expected or (cell.words == "DELETE" and not fact.canary and status in (403, 409))
            else:
                answer = cell.send()
                status, fine = answer.status_code, answer.status_code == cell.expected
                if (
                    cell.expected in (403, 404)
                    and fact.canary
                    and not oracle.sees(person, fact)
                    and fact.canary in answer.content.decode()
                ):
                    wrong.append(f"{cell.words} of {fact.object}/{fact.slug} tells its name")
            if not fine:
                wrong.append(f"{cell.words} {fact.object}/{fact.slug}: {status}, the policy says {cell.expected}")
    if business_hash() != before:
        wrong.append("refused requests changed the database")
    return wrong, asked


@pytest.mark.parametrize("person", oracle.CALLERS)
def test_matrix(person: str, world: World, call: Callable[[str], Caller]) -> None:
    """S-1, S-4."""
    wrong, asked = check(call(person), oracle.CALLERS[person], world)
    assert not wrong, "\n".join(wrong[:30])
    assert asked > 300


@pytest.mark.parametrize("person", oracle.CALLERS)
def test_lists(person: str, world: World, call: Callable[[str], Caller]) -> None:
    """S-1: a list holds exactly what the policy opens, for every kind of record."""
    caller, as_person = call(person), oracle.CALLERS[person]
    for name in oracle.SALES:
        expected = oracle.list_status(as_person, name)
        assert caller.get(f"/{name}").status_code == expected, name
        if expected == 200:
            wanted = {str(f.id) for f in world.of(name) if oracle.sees(as_person, f)}
            assert caller.ids(name) == wanted, name
    for name in (*oracle.LOOK_UP, "roles"):
        assert caller.get(f"/{name}").status_code == oracle.list_status(as_person, name), name


def test_every_kind_of_record_is_in_the_policy(world: World) -> None:
    """S-1: a new kind of record must come with its policy, an edit to try and records in the world."""
    assert {o.name for o in declared_objects()} == set(oracle.OBJECTS) == set(EDITS)
    assert {f.object for f in world.facts} == {*oracle.SALES, *oracle.REQUESTS}


def test_absent_and_foreign_are_one_answer(world: World, call: Callable[[str], Caller]) -> None:
    """S-1: body and headers of a foreign record are those of one that does not exist."""
    rep, foreign = call("rep"), world.get("customers", "foreign")
    absent = "01900000-0000-7000-8000-000000000000"
    for part in ("", "/history", "/timeline", "/shares"):
        one, two = rep.get(f"/customers/{foreign.id}{part}"), rep.get(f"/customers/{absent}{part}")
        assert one.status_code == two.status_code == 404
        assert one.content == two.content
        assert set(one.headers) == set(two.headers)
    for verb in ("claim", "release", "restore"):
        body = {"reason": "other"} if verb == "release" else {}
        one, two = (rep.post(f"/customers/{key}/{verb}", body) for key in (foreign.id, absent))
        assert (one.status_code, one.content) == (two.status_code, two.content), verb
