"""B-3: what is small to send and large to read is refused in bounded time and memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from kemai.platform.objects.declare import declared_objects
from tests.calling import Caller
from tests.contracts.test_writing import CREATED, minimal
from tests.fixtures import taken_back
from tests.world import World

SECONDS, MEGABYTES = 2.0, 100
YARDSTICK = 0.03
"""Seconds of processor of :func:`slowness` on two cores as `SECONDS` means them; shared ones may be three times slower."""
MILLIONS = 10 * 1024 * 1024
#: Each would take a careless expression for ever: nested repetition, words that almost end, marks that open and never close.
SLOW_TO_MATCH = {
    "repeated": "a" * 19_000 + "!",
    "spaces": " " * 9_000 + "\u3000" * 9_000 + "x",
    "addresses": "a@" + "a." * 9_000 + "@",
    "numbers": "0-" * 9_000 + "x",
    "mentions": "@[" * 9_000,
    "almost mentions": "@[a](user:" * 1_900,
    "marks": "<" * 9_000 + "((" * 4_000,
    "company": "有限公司" * 4_500 + "x",
    "lines": "\r\n" * 9_000 + "x",
}


def slowness() -> float:
    """How many times longer than on the machine the bound was set for a fixed piece of work takes here and now; at least one."""
    began = time.process_time()
    sum(n * n for n in range(300_000))
    return max(1.0, (time.process_time() - began) / YARDSTICK)


@contextmanager
def bounded(what: object) -> Iterator[None]:
    """The block takes no longer and no more than it may."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    yield
    spent, grown = time.process_time() - began, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    within = spent < SECONDS or spent < SECONDS * slowness()
    assert within and grown < MEGABYTES, f"{what}: {spent:.1f} s of processor, {grown:.0f} MB"


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"name": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        b"[" * 100_000,
        b'{"name": "' + b"x" * MILLIONS + b'"}',
        b'{"name": "n", "remark": "' + b"x" * MILLIONS + b'"}',
        b'{"name": "n", "tags": [' + b",".join(b'"t%d"' % n for n in range(200_000)) + b"]}",
        b"{" + b",".join(b'"k%d": 1' % n for n in range(300_000)) + b"}",
        b'{"name": ' + b"9" * 1_000_000 + b"}",
    ],
    ids=["arrays", "objects", "unclosed", "long name", "long text", "tags", "keys", "digits"],
)
def test_bodies_out_of_all_measure(body: bytes, world: World, call: Callable[[str], Caller]) -> None:
    """By the generic road and by a named one."""
    admin = call("admin")
    admin.get("/me")
    for path in ("/customers", "/segments"):
        with taken_back(), bounded(path):
            answer = admin.send("POST", path, body)
        assert answer.status_code in (400, 413, 422), (path, answer.content[:200])
        assert len(answer.content) < 100_000


@pytest.mark.parametrize("name", CREATED)
def test_texts_that_are_slow_to_match(name: str, world: World, call: Callable[[str], Caller]) -> None:
    """Every text field of every kind of record: taken or refused, but soon."""
    admin = call("admin")
    declaration = next(o for o in declared_objects() if o.name == name)
    fields = [f.name for f in declaration.fields if f.writable and f.type.json_schema["type"] == "string"]
    base = minimal(world, name)
    for words, text in SLOW_TO_MATCH.items():
        with taken_back(), bounded((name, words)):
            answer = admin.post(f"/{name}", base | dict.fromkeys(fields, text))
        assert answer.status_code in (201, 400, 409, 422), (words, answer.content[:200])


def test_search_takes_no_longer_for_hostile_words(world: World, call: Callable[[str], Caller]) -> None:
    rep = call("rep")
    for words, text in SLOW_TO_MATCH.items():
        for path, query in (("/search", {"q": text}), ("/customers", {"q": text}), ("/customers/options", {"q": text})):
            with bounded((path, words)):
                assert rep.get(path, **query).status_code in (200, 400, 429)
