"""The tests' own tool: after a test that commits, the database is as its template was."""

from collections.abc import Iterator

import psycopg
import pytest

from tests import database
from tests.conftest import PLACE, WORKER

TABLES = """
CREATE TABLE parent (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name text);
CREATE TABLE child (id int PRIMARY KEY, parent_id bigint REFERENCES parent);
CREATE TABLE epoch (id int PRIMARY KEY, value int);
CREATE TABLE history (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE history_2026 PARTITION OF history FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append only'; END $$;
CREATE TRIGGER guard BEFORE DELETE ON history FOR EACH ROW EXECUTE FUNCTION refuse();
INSERT INTO epoch VALUES (1, 7);
INSERT INTO parent (name) VALUES ('seeded');
"""


@pytest.fixture
def url() -> Iterator[str]:
    name = f"cleaner_{WORKER}"
    with database.admin(PLACE) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        database.create_database(connection, name, "template0")
        url = PLACE.url_for(database.DATABASE_ROLE, name)
        with psycopg.connect(url) as own:
            own.execute(TABLES)
        yield url
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_everything_is_as_it_was(url: str) -> None:
    cleaner = database.Cleaner(PLACE, f"cleaner_{WORKER}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO parent (name) VALUES ('mine')")
        connection.execute("INSERT INTO child VALUES (1, 2)")
        connection.execute("UPDATE epoch SET value = 9")
        connection.execute("DELETE FROM parent WHERE name = 'seeded'")
        connection.execute("INSERT INTO history VALUES (1, '2026-05-01')")
        cleaner.clean()
        for table, rows in {
            "parent": [(1, "seeded")],
            "child": [],
            "epoch": [(1, 7)],
            "history": [],
        }.items():
            assert connection.execute(f"SELECT * FROM {table}").fetchall() == rows, table  # type: ignore[arg-type]
    cleaner.close()


def test_a_race_starts_together_and_keeps_every_outcome(url: str) -> None:
    closed: list[bool] = []

    def claim() -> int:
        with psycopg.connect(url) as connection:
            done = connection.execute("UPDATE epoch SET value = 8 WHERE value = 7")
            return done.rowcount

    def fail() -> None:
        raise ValueError("mine")

    outcomes = database.race(claim, claim, claim, fail, close=lambda: closed.append(True))
    assert sorted(outcome.value for outcome in outcomes[:3]) == [0, 0, 1]
    assert isinstance(outcomes[3].error, ValueError)
    assert len(closed) == 4
