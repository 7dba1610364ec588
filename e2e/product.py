"""The product under the journeys: a real `kemai up` on a copy of a demo company that is made once."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from psycopg import sql

from kemai.config.env import BACKEND_DIR, DATABASE_ROLE, EmbeddedPlace, child_environ
from tests import database
from tests.serving import Served, kemai, served

PASSWORD = "kemai-demo"
CUSTOMERS = 200


@contextmanager
def demo_company(
    place: EmbeddedPlace, name: str, folder: Path, customers: int = CUSTOMERS, **environ: str
) -> Iterator[Served]:
    """Kemai with the demo people and ``customers`` customers, everyone's password ``kemai-demo``."""
    folder.mkdir(parents=True, exist_ok=True)
    with served(place, name, folder, template=ensure_demo(place, customers), **environ) as one:
        yield one


@contextmanager
def empty_company(place: EmbeddedPlace, name: str, folder: Path) -> Iterator[Served]:
    """Kemai as it is on the first day with DEMO=0: nobody in it."""
    folder.mkdir(parents=True, exist_ok=True)
    with served(place, name, folder) as one:
        yield one


def ensure_demo(place: EmbeddedPlace, customers: int) -> str:
    """The name of a database with the demo company, made when none fits today's code.

    The day is part of the name: yesterday's demo has nothing due today. It goes through the real services, so any
    change of them makes a new one. Its lock is its own: whoever needs an empty company does not wait meanwhile.
    """
    template = database.ensure_template(place)
    name = f"demo_{customers}_{_code_digest(template)}"
    with database.one_at_a_time(place, "demo"), database.admin(place) as connection:
        names = [row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()]
        if name in names:
            return name
        for old in names:
            if old.startswith((f"demo_{customers}_", "demo_building")):
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
        with database.one_at_a_time(place):
            database.create_database(connection, "demo_building", template)
        _load(place.url_for(DATABASE_ROLE, "demo_building"), place.home / "demo-files", customers)
        connection.execute(sql.SQL("ALTER DATABASE demo_building RENAME TO {}").format(sql.Identifier(name)))
    return name


def _code_digest(template: str) -> str:
    digest = hashlib.sha256(f"{template}{date.today()}".encode())
    for path in sorted((BACKEND_DIR / "kemai").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _load(url: str, files: Path, customers: int) -> None:
    environ = child_environ(DATABASE_URL=url, KEMAI_DATA=str(files), DEMO="0", PYTHONPATH=str(BACKEND_DIR))
    words = kemai("demo", "--customers", str(customers))
    done = subprocess.run(words, cwd=BACKEND_DIR, env=environ, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"kemai demo failed:\n{done.stdout}\n{done.stderr}")
