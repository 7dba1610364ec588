"""Whether this process lives, and whether the whole can serve. Plain views: no session, no rights, no words to hide."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from kemai.base.replica import trouble_of_standby
from kemai.config.schema import APPLIED_QUERY, expected_migrations

WORKER_SILENT_SECONDS = 45

_WORKERS = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)"
_started = time.time()


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return answer({"status": "ok", "uptime_seconds": round(time.time() - _started)}, 200)


def readyz(request: HttpRequest) -> JsonResponse:
    """Database, migrations and workers; 503 with what is missing."""
    checks = {"database": False, "migrations": False, "workers": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute(APPLIED_QUERY)
            checks["database"] = True
            checks["migrations"] = expected_migrations() <= set(cursor.fetchall())
            if checks["migrations"]:
                cursor.execute(_WORKERS, [WORKER_SILENT_SECONDS])
                checks["workers"] = cursor.fetchone()[0] > 0
    except DatabaseError:
        pass
    ready = all(checks.values())
    body: dict[str, object] = {"status": "ok" if ready else "unavailable", "checks": checks}
    if settings.REPLICA_URL and checks["database"]:
        body["standby"] = (
            trouble_of_standby() or "ok"
        )  # told, and no reason to send people elsewhere: the primary answers
    return answer(body, 200 if ready else 503)


def answer(body: dict[str, object], status: int) -> JsonResponse:
    response = JsonResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    if status == 503:
        response["Retry-After"] = "2"
    return response
