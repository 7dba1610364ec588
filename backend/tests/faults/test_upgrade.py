"""F-11, ORG-11: a company of an earlier Kemai is brought to this one, whole, however often that is cut off.

``earlier/`` holds backups of small companies, each made by the code of its day. Never make one of them anew: that it was
written by other code is its worth. A release adds one.
"""

from __future__ import annotations

import lzma
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from kemai.config.backup.archive import DUMP, unpack
from kemai.config.backup.create import count_rows
from kemai.config.backup.programs import find_program, restore_dump
from kemai.config.env import BACKEND_DIR, DATABASE_ROLE, child_environ
from kemai.config.processes import wait_until
from tests.config.drill import drop, environment, take
from tests.conftest import PLACE, WORKER
from tests.database import admin, create_database, ensure_template

EARLIER = sorted((Path(__file__).parent / "earlier").glob("*.kemai.xz"))
NAME = f"earlier_{WORKER}"

#: What a schema is made of, in words that do not depend on how it came about.
SCHEMA = """
SELECT 'column', c.oid::regclass::text, a.attname::text, format_type(a.atttypid, a.atttypmod),
       a.attnotnull::text || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
UNION ALL SELECT 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid::text, ''
FROM pg_index WHERE indexrelid::regclass::text NOT LIKE 'pg\\_%'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(oid), convalidated::text
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname::text, pg_get_triggerdef(oid), tgenabled::text
FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', oid::regprocedure::text, md5(prosrc), '', ''
FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


@pytest.fixture
def empty() -> Iterator[str]:
    """The address of a database with nothing in it."""
    drop(NAME)
    with admin(PLACE) as connection:
        create_database(connection, NAME, "template0")
    yield PLACE.url_for(DATABASE_ROLE, NAME)
    drop(NAME)


def opened(path: Path, folder: Path) -> Path:
    """The backup itself."""
    archive = folder / "earlier.kemai"
    with lzma.open(path) as packed, archive.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    return archive


def fill(url: str, path: Path, folder: Path) -> None:
    """The company as it lay in the database in its day."""
    with opened(path, folder).open("rb") as archive:
        unpack(archive, lambda name: folder / "dump" if name == DUMP else None)
    with psycopg.connect(url) as connection:
        restore_dump(find_program("pg_restore", connection.info.server_version // 10_000), folder / "dump", url)


def start_upgrade(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "kemai.config.cli", "migrate"],
        cwd=BACKEND_DIR,
        env=child_environ(DATABASE_URL=url, DATABASE_DIRECT_URL="", PYTHONPATH=str(BACKEND_DIR)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def upgrade(url: str) -> None:
    """Bring it to this version."""
    process = start_upgrade(url)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said.decode()


def cut_off(url: str, step: int, more: float) -> bool:
    """Begin, and kill it ``more`` seconds after its step of this number; whether it still was at work."""
    process = start_upgrade(url)
    wait_until(lambda: steps_done(url) >= step or process.poll() is not None, 300)
    time.sleep(more)
    met = process.poll() is None
    process.kill()
    process.communicate()
    return met


def schema(url: str) -> set[tuple[str, ...]]:
    """Without the casts and brackets that PostgreSQL itself adds where a definition has been through a dump."""
    with psycopg.connect(url) as connection:
        found = connection.execute(SCHEMA).fetchall()
    return {tuple(re.sub(r"::(character varying|text)(\[\])?|[()]", "", word) for word in row) for row in found}


def of_any_month(found: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Parts of the log are made month by month: an earlier company has months that a new one has not."""
    return {tuple(re.sub(r"_20\d{4}(?=_|\b)", "_month", word) for word in row) for row in found}


def steps_done(url: str) -> int:
    with psycopg.connect(url) as connection:
        return (connection.execute("SELECT count(*) FROM django_migrations").fetchone() or (0,))[0]


#: What people entered, and the log of it; the rest belongs to the running system, or is counted from these.
ENTERED = ("customers_", "sales_", "activities_", "accounts_user", "accounts_department", "privacy_")
LOGGED = ("base_auditevent", "base_auditchange")


class Contents:
    """The rows of a company by table and key, as JSON, to be compared with what became of them."""

    def __init__(self, url: str, *kinds: str) -> None:
        self.rows: dict[str, dict[Any, dict[str, Any]]] = {}
        with psycopg.connect(url) as connection:
            for table in count_rows(connection):
                name = table.removeprefix("public.")
                columns = {row[0] for row in connection.execute(
                    "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0", [name])}  # fmt: skip
                if name.startswith(kinds) and "id" in columns:
                    ask = sql.SQL("SELECT id, to_jsonb(t) FROM {} t").format(sql.Identifier(name))
                    self.rows[name] = dict(connection.execute(ask).fetchall())

    def lost_in(self, later: Contents, since: str = "9") -> list[str]:
        """Each row that is not there any more, and each value that is another one, unless it is a moment after ``since``."""
        found = []
        for table, rows in self.rows.items():
            for key, row in rows.items():
                after = later.rows.get(table, {}).get(key)
                if after is None:
                    found.append(f"{table} {key} is gone")
                    continue
                changed = {name: value for name, value in row.items() if after.get(name, value) != value}
                found += [
                    f"{table}.{name}: {value!r} became {after[name]!r}"
                    for name, value in changed.items()
                    if not (name.endswith("_at") and str(value) > since)
                ]
        return found


def harm(url: str, path: Path, folder: Path, kills: int) -> str:
    """The upgrade, killed again and again, ends as one that nobody disturbed: same schema, same rows, nothing left to do."""
    fill(url, path, folder)
    before = Contents(url, *ENTERED, *LOGGED)
    drop(f"{NAME}_calm")
    with admin(PLACE) as connection:
        create_database(connection, f"{NAME}_calm", NAME)
    calm = PLACE.url_for(DATABASE_ROLE, f"{NAME}_calm")
    began = datetime.now(UTC).isoformat()
    upgrade(calm)
    chance, first, last = random.Random(11), steps_done(url), steps_done(calm)
    steps = sorted(chance.choices(range(first, last + 1), k=kills))
    met = sum(cut_off(url, step, chance.uniform(0, 0.3)) for step in steps)
    upgrade(url)
    assert met > kills // 2, "hardly a kill met an upgrade that was going on"
    assert schema(url) == schema(calm)
    assert of_any_month(schema(url)) == of_any_month(schema(PLACE.url_for(DATABASE_ROLE, ensure_template(PLACE))))
    assert before.rows["customers_customer"] and not before.lost_in(Contents(url, *ENTERED, *LOGGED))
    assert not Contents(calm, *ENTERED).lost_in(Contents(url, *ENTERED), since=began)
    return f"F-11: {path.name}: {met} kills in an upgrade of {last - first} steps, after {steps}"


@pytest.mark.xdist_group("faults")
def test_f11_an_upgrade_that_is_killed(empty: str, tmp_path: Path) -> None:
    """In place, as ``kemai up`` does it at its first start after an update."""
    print(harm(empty, EARLIER[0], tmp_path, 2))


@pytest.mark.nightly
@pytest.mark.xdist_group("faults")
@pytest.mark.parametrize("path", EARLIER, ids=lambda path: path.stem)
def test_f11_every_earlier_company(path: Path, empty: str, tmp_path: Path) -> None:
    """In place under more kills, and by restoring its backup: ``kemai verify`` finds all well."""
    print(harm(empty, path, tmp_path, 10))
    drop(NAME)
    with admin(PLACE) as connection:
        create_database(connection, NAME, "template0")
    done = take(environment(tmp_path / "data", empty), opened(path, tmp_path))
    assert done["ok"], [check for check in done["checks"] if not check["ok"]]
    assert len(done["checks"]) > 20 and done["rows"] > 10_000
