"""B-1: which operations of the API no test of a run has seen succeed. A suite that only meets refusals shows nothing (trap 16).

``KEMAI_EVERY_OPERATION=1`` (``make nightly`` sets it) fails the run and lists them. Counted in process, over all workers
(:mod:`tests.reaching`); this half needs no Django, since the controller of several workers loads none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

Operation = tuple[str, str]
#: Reached only by servers in processes of their own, and where.
ELSEWHERE: dict[str, str] = {}


def never(known: Iterable[Operation], answered: Iterable[Operation]) -> list[str]:
    """Those operations that nothing answered belongs to: of several that fit an address, it is the most literal one's."""
    found: set[Operation] = set()
    known = set(known)
    for method, path in answered:
        fitting = sorted((one for one in known if one[0] == method and _fits(one[1], path)), key=_keys)
        found.update(fitting[:1])
    return sorted(f"{method.upper()} {path}" for method, path in known - found)


def _keys(operation: Operation) -> int:
    return operation[1].count("{")


def _fits(template: str, path: str) -> bool:
    wanted, parts = template.split("/"), path.split("/")
    return len(wanted) == len(parts) and all(
        re.fullmatch(re.sub(r"\\\{\w+\\\}", ".+", re.escape(w)), p) for w, p in zip(wanted, parts, strict=True)
    )


def missing(folder: Path) -> list[str]:
    """What no worker of the run has seen succeed, from the files each has left."""
    known: set[Operation] = set()
    answered: set[Operation] = set()
    for file in folder.glob("reached-*.json"):
        there, seen = json.loads(file.read_text())
        known |= {(method, path) for method, path in there}
        answered |= {(method, path) for method, path in seen}
    return [one for one in never(known, answered) if one not in ELSEWHERE]
