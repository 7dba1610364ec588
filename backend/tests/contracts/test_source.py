"""B-6: what the source may not do, since no test of behaviour finds every road: SQL made from words, look-ups made from requests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import kemai

ROOT = Path(kemai.__file__).parent
#: ORM calls whose keywords or names, taken from a request, would reach any column of any relation.
LOOKUPS = frozenset(
    (
        "filter",
        "exclude",
        "get",
        "get_or_create",
        "update_or_create",
        "annotate",
        "aggregate",
        "alias",
        "order_by",
        "values",
        "Q",
    )
)
#: Django's own doors to SQL in words.
RAW = frozenset(("raw", "extra", "RawSQL"))
#: Where one of them is, and why that is safe.
REVIEWED = {
    ("platform/objects/logs.py", "extra"): "table and column are the model's own, values are bound",
    ("integrations/services/deliveries.py", "filter(**…)"): "made of three names written out there",
    ("sales/services/transfers.py", "filter(**…)"): "keywords written out a few lines above",
}


def faults(source: str) -> Iterator[str]:
    """Calls a reader would have to think about."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        # `error.extra()` of a refusal takes nothing; Django's takes what to put into the statement.
        if name in RAW and (node.args or node.keywords):
            yield name
        spread = any(k.arg is None and not isinstance(k.value, ast.Dict) for k in node.keywords)
        if name in LOOKUPS and spread:
            yield f"{name}(**…)"


def speaks_sql(source: str) -> bool:
    """Whether anything is executed on a cursor."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("execute", "executemany")
        for node in ast.walk(ast.parse(source))
    )


def modules() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path.relative_to(ROOT).as_posix(), path.read_text()


def test_no_sql_and_no_look_ups_out_of_words() -> None:
    """B-6: ``raw``, ``extra``, ``RawSQL`` and ``filter(**something)`` are where somebody looked, and nowhere else."""
    found = {(name, fault) for name, source in modules() for fault in faults(source)}
    assert found == set(REVIEWED)


def test_endpoints_and_rules_speak_no_sql() -> None:
    """What reads requests does not reach the database but through services, where names are looked up in declarations."""
    doors = [(n, s) for n, s in modules() if "/api/" in n or "/rules/" in n or n.startswith("kit/")]
    assert len(doors) > 40
    assert [name for name, source in doors if speaks_sql(source)] == []


def test_endpoints_ask_no_table_themselves() -> None:
    """T-1: what reads requests gets rows through the one predicate; the exceptions are the caller's own."""
    asking = {
        name
        for name, source in modules()
        if "/api/" in name and re.search(r"\b[A-Z]\w*\.(objects|_base_manager)\.", source)
    }
    # His own row, sessions, department and teams; his own jobs.
    assert asking == {"administration/api/auth.py", "platform/api/general.py"}


def test_a_migration_outside_a_transaction_can_be_cut_off() -> None:
    """F-11: what such a one has done stays done, so all it may do is what begins anew: indexes by ``AddIndexBeside``."""
    paths = [path for path in ROOT.glob("*/migrations/*.py") if "atomic = False" in path.read_text()]
    assert paths
    for path in paths:
        (migration,) = [n for n in ast.parse(path.read_text()).body if isinstance(n, ast.ClassDef)]
        (operations,) = [
            n for n in migration.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "operations"
        ]
        made = {ast.unparse(one.func) for one in operations.value.elts if isinstance(one, ast.Call)}  # type: ignore[attr-defined]
        assert made <= {"AddIndexBeside", "index"}, f"{path.name} does {made}"
    others = [path.name for path in ROOT.glob("*/migrations/*.py") if "Concurrently" in path.read_text()]
    assert others == []


@pytest.mark.parametrize(
    "source, fault",
    [
        ("Customer.objects.filter(**request.GET)", "filter(**…)"),
        ("rows.filter(Q(**wanted))", "Q(**…)"),
        ("rows.annotate(**data)", "annotate(**…)"),
        ("Customer.objects.raw(f'SELECT {name}')", "raw"),
        ("rows.extra(where=[text])", "extra"),
        ("rows.annotate(x=RawSQL(text, []))", "RawSQL"),
    ],
)
def test_the_rule_can_fail(source: str, fault: str) -> None:
    assert fault in set(faults(source))
