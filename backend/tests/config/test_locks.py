"""S-15: what is installed is what was looked at: every part with its hashes, Django no older than its newest known mending release."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kemai.config.env import BACKEND_DIR

LOCKS = sorted((BACKEND_DIR / "requirements").glob("*.txt"))
#: The newest 5.2 that is known; a release of Kemai goes on from there.
DJANGO = (5, 2, 19)


def unhashed(lock: str) -> list[str]:
    """Parts of a lock that are not pinned to one version with a hash."""
    parts = re.split(r"(?m)^(?=[A-Za-z0-9])", "\n".join(x for x in lock.splitlines() if not x.lstrip().startswith("#")))
    whole = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+( ; [^\\]+)?( \\\n\s+--hash=sha256:[0-9a-f]{64})+\s*")
    return [part.split()[0] for part in parts if part.strip() and not whole.fullmatch(part)]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_part_has_its_hash(path: Path) -> None:
    text = path.read_text()
    assert unhashed(text) == [] and "://" not in text, "hashes, and no host"


def test_the_check_of_locks_can_fail() -> None:
    """T-3."""
    good = f"a==1 \\\n    --hash=sha256:{'0' * 64}\n"
    assert unhashed(good) == []
    assert unhashed(f"{good}b==2\n{good}c>=1 \\\n    --hash=sha256:{'0' * 64}\n") == ["b==2", "c>=1"]


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_django_is_the_newest_known(name: str) -> None:
    found = re.search(r"(?mi)^django==(\S+)", (BACKEND_DIR / "requirements" / name).read_text())
    assert found
    version = tuple(map(int, found[1].split(".")))
    assert version[:2] == (5, 2) and version >= DJANGO
    assert f"Django>={'.'.join(map(str, DJANGO))}" in (BACKEND_DIR / "requirements" / "base.in").read_text()


def test_every_part_of_the_front_end_has_its_hash() -> None:
    packages = json.loads((BACKEND_DIR.parent / "frontend" / "package-lock.json").read_text())["packages"]
    bare = [n for n, facts in packages.items() if n and "integrity" not in facts and not facts.get("optional")]
    assert bare == [] and len(packages) > 100


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit_tool", BACKEND_DIR / "tools" / "audit.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "audit_tool", module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("found", "unanswered", "code", "words"),
    [
        ([], "", 0, "a: clean"),
        (["x 1: GHSA-1"], "", 1, "x 1: GHSA-1"),
        ([], "no answer", 3, "a: NOT CHECKED: no answer"),
        (["x 1: GHSA-1"], "no answer", 1, "x 1: GHSA-1"),
    ],
)
def test_what_was_not_checked_is_not_clean(
    found: list[str],
    unanswered: str,
    code: int,
    words: str,
    audit: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    look: Callable[[Any], Any] = lambda known: audit.Report("a", found, unanswered)  # noqa: E731
    for name in ("secrets_left", "dangerous_calls", "python_parts", "node_parts"):
        monkeypatch.setattr(audit, name, look)
    assert audit.main() == code and words in capsys.readouterr().out


def test_an_explanation_runs_out(audit: Any) -> None:
    known = {"advisory": [{"id": "A", "until": date(2999, 1, 1)}, {"id": "B", "until": date(2000, 1, 1)}]}
    assert audit.unexplained(known, [("x", "1", "A"), ("y", "2", "B"), ("z", "3", "C")]) == ["y 2: B", "z 3: C"]


def test_every_explanation_says_why(audit: Any) -> None:
    known = tomllib.loads(audit.EXPLAINED.read_text())
    assert all(one["why"] for kind in ("advisory", "secret") for one in known.get(kind, ()))


def test_a_key_left_lying_is_found(audit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3, S-13: in the product's source words called a secret, anywhere a key's own form."""
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    key = "AKIA" + "Z7QX4M2N8P1R5T3V"
    for path, line in (
        ("a.py", 'password = "Tr0ub4dor-3x7"'),
        ("e2e/b.py", f'x = "{key}"'),
        ("e2e/c.py", 'password = "x1y2z3w4"'),
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(f"{line}\n")
    assert {path for path, _ in audit.scanned(["a.py", "e2e/b.py", "e2e/c.py"])} == {"a.py", "e2e/b.py"}
