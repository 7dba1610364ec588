"""Architecture 3: every text has both languages, the Chinese one is Chinese and the English one is not."""

from __future__ import annotations

import gc
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kemai
from kemai.accounts.models import User
from kemai.administration.services.people import INSTALLER
from kemai.base.audit import act
from kemai.kit.errors import KemaiError
from kemai.kit.words import T
from kemai.platform.objects.declare import declared_objects
from kemai.platform.objects.history import ACTIONS
from tests.calling import Caller
from tests.fixtures import forget_everything
from tests.world import World

CHINESE = re.compile(r"[㐀-鿿]")
#: Texts that are the same in both languages: codes, names of formats, nothing at all.
NEUTRAL = re.compile(r"^[A-Z0-9 .%·/{}()_a-z-]{0,24}$")


def texts() -> list[T]:
    """Every text the product holds: declarations, errors, parameters, whatever a module keeps."""
    found = [o for o in gc.get_objects() if isinstance(o, T)]
    return list({(t.zh, t.en): t for t in found}.values())


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_is_in_both_languages(world: World) -> None:
    """All of them, and the two halves name the same places."""
    wrong = []
    for t in texts():
        if not t.zh and not t.en:
            continue
        if not t.zh or not t.en:
            wrong.append(f"one half is missing: {t!r}")
        elif not CHINESE.search(t.zh) and not (t.zh == t.en and NEUTRAL.match(t.zh)) and not _from_tests(t):
            wrong.append(f"no Chinese: {t!r}")
        elif CHINESE.search(t.en) and not _from_tests(t):
            wrong.append(f"Chinese in the English half: {t!r}")
        if places(t.zh) != places(t.en):
            wrong.append(f"other places: {t!r}")
    assert not wrong, "\n".join(wrong[:40])
    assert len(texts()) > 300


def _from_tests(t: T) -> bool:
    """A label an administrator may type: dictionaries take any words."""
    return "test" in t.zh.lower()


def test_every_refusal_has_words_and_a_code_of_its_own() -> None:
    """The contract: stable codes."""
    classes = list(_below(KemaiError))
    assert len(classes) > 25
    for kind in classes:
        assert kind.text.zh and kind.text.en and kind.code and 400 <= kind.status <= 599, kind


def _below(kind: type) -> Iterator[Any]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for v in value.values():
            yield from strings(v)
    elif isinstance(value, list):
        for v in value:
            yield from strings(v)


def test_descriptions_follow_the_person(world: World, call: Callable[[str], Caller]) -> None:
    """What screens are built from holds no Chinese for an English reader, and Chinese for a Chinese one."""
    admin = call("admin")
    for o in declared_objects():
        assert CHINESE.search(admin.get(f"/meta/objects/{o.name}").json()["label"])
    with act(INSTALLER, "preferences", object="users"):
        User.objects.filter(username="admin").update(locale="en")
    forget_everything()
    for o in declared_objects():
        left = [s for s in strings(admin.get(f"/meta/objects/{o.name}").json()) if CHINESE.search(s)]
        assert not left, (o.name, left[:5])
    for path in ("/admin/permissions", "/admin/parameters"):
        left = [s for s in strings(admin.get(path).json()) if CHINESE.search(s)]
        assert not left, (path, left[:5])


def test_refusals_follow_the_caller(world: World, call: Callable[[str], Caller]) -> None:
    """The contract: errors in the caller's language, an anonymous one's by Accept-Language."""
    nobody = call("nobody")
    assert CHINESE.search(nobody.get("/customers").json()["detail"])
    assert not CHINESE.search(nobody.send("GET", "/customers", Accept_Language="en-GB,en").json()["detail"])
    assert CHINESE.search(
        call("rep").send("GET", "/customers?limit=x", Accept_Language="en").json()["detail"]
    )  # a person's own setting wins


def test_every_action_of_the_audit_has_words() -> None:
    """What ``act()`` is called with is read in the log and on timelines: never as a code."""
    known = set(ACTIONS) | {command for o in declared_objects() for command in o.command_map}
    named = {
        (found[1], path.name)
        for path in Path(kemai.__file__).parent.rglob("*.py")
        for found in re.finditer(r'\bact\(\s*[\w.()]+,\s*"([a-z_.\-]+)"', path.read_text())
    }
    assert len(named) > 60
    # The demo company is built by one act, which no log of a real one has.
    assert not [(action, name) for action, name in sorted(named) if action not in known | {"demo"}]
