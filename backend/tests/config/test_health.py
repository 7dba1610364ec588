"""/healthz and /readyz: what they say when something is missing."""

import json

import pytest
from django.db import connection
from django.test import RequestFactory

from kemai.config import health

pytestmark = pytest.mark.django_db


def ready() -> tuple[int, dict[str, bool]]:
    response = health.readyz(RequestFactory().get("/readyz"))
    assert response["Cache-Control"] == "no-store"
    return response.status_code, json.loads(response.content)["checks"]


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_process_answers_without_anything() -> None:
    assert health.healthz(RequestFactory().get("/healthz")).status_code == 200


def test_ready_means_database_migrations_and_a_living_worker() -> None:
    assert ready() == (503, {"database": True, "migrations": True, "workers": False})
    execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes')")
    assert ready()[0] == 503
    execute("UPDATE procrastinate_workers SET last_heartbeat = now()")
    assert ready() == (200, {"database": True, "migrations": True, "workers": True})


def test_a_missing_migration_is_not_ready_and_a_newer_one_is() -> None:
    execute("INSERT INTO django_migrations (app, name, applied) VALUES ('base', '9999_newer', now())")
    assert ready()[1]["migrations"] is True  # a newer schema beside us, while servers are replaced one by one
    execute("DELETE FROM django_migrations WHERE name = '0001_initial' AND app = 'base'")
    assert ready() == (503, {"database": True, "migrations": False, "workers": False})


def test_a_lost_database_is_not_ready_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "APPLIED_QUERY", "SELECT no_such_column")
    status, checks = ready()
    assert (status, checks["database"]) == (503, False)
