"""Notes every operation that answers with a 2xx, for :mod:`tests.reached`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import orjson
from django.http import HttpRequest, HttpResponse

from kemai.config.middleware import KemaiMiddleware
from kemai.config.openapi import openapi_bytes
from tests.calling import API

_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_answered: set[tuple[str, str]] = set()


def begin() -> None:
    """Listen from now on."""
    finish = KemaiMiddleware.finish

    def noted(self: KemaiMiddleware, request: HttpRequest, response: HttpResponse, request_id: str) -> HttpResponse:
        if 200 <= response.status_code < 300 and request.path.startswith(API):
            _answered.add((str(request.method).lower(), _KEY.sub("*", request.path)))
        return finish(self, request, response, request_id)

    KemaiMiddleware.finish = noted  # type: ignore[method-assign]


def keep(path: Path) -> None:
    """Leave what this process saw, and what there is."""
    paths = orjson.loads(openapi_bytes())["paths"]
    known = [(method, path) for path, item in paths.items() for method in item if path.startswith(API)]
    path.write_text(json.dumps([known, sorted(_answered)]))
