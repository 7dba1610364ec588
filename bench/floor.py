"""The framework's floor: bare views that run the very statements the product ran, through Django's cursor, and answer JSON.

No middleware, no session, no rights, no declarations: what a page costs when Django, the driver and the database are all there is.
Served by the same web server with the same settings. ``FLOOR_FILE`` names the statements, recorded by :mod:`bench.record`.
"""

from __future__ import annotations

import os
import pickle
import time
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

_recorded: dict[str, list[list[tuple[str, Any]]]] = {}


def statements(name: str) -> list[list[tuple[str, Any]]]:
    """The recorded statements of one request of each page, read again when the file changed."""
    file = os.environ["FLOOR_FILE"]
    if name not in _recorded:
        with open(file, "rb") as handle:
            _recorded.update(pickle.load(handle))  # noqa: S301 -- our own file
    return _recorded[name]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value))


def answer(request: HttpRequest, name: str, variant: int) -> HttpResponse:
    """Run one request's statements; every row as an object of its columns."""
    if name == "healthz":
        return HttpResponse(b"ok")
    if pause := request.GET.get("sleep"):
        time.sleep(float(pause))  # the self test's slow row
    found = []
    for sql, params in statements(name)[variant]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            if cursor.description is None:
                continue  # a setting
            names = [f"{c.name}{n}" for n, c in enumerate(cursor.description)]
            found.append([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
    return HttpResponse(orjson.dumps({"results": found}, default=_plain), content_type="application/json")


def insert(request: HttpRequest) -> HttpResponse:
    """The bare insert: the row the product would write, into a table with the same indexes and no triggers."""
    data = orjson.loads(request.body)
    sql, params = statements("insert")[0][0]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, {**params, "name": data["name"], "unique_key": f"c:{data['name']}", "credit_code": ""})
        key = cursor.fetchone()[0]
    return HttpResponse(orjson.dumps({"id": key}), content_type="application/json", status=201)


urlpatterns = [path("insert", insert), path("<str:name>/<int:variant>", answer)]


def first_ids(body: bytes) -> list[str]:
    """The keys of the first result that has any rows of records, in order."""
    for result in orjson.loads(body)["results"]:
        if result and "id0" in result[0]:
            return [row["id0"] for row in result]
    return []
