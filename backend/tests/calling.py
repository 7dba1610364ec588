"""A person (or program, or nobody) calling the API in process, as his browser would."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from kemai.accounts.sessions import COOKIE, CSRF_COOKIE
from tests.world import World, session_token

API = "/api/v1"
CSRF = "csrf-token-of-the-tests-0123"


class Caller:
    """Requests of one person. ``token`` is a session token, ``bearer`` an API token; neither: nobody."""

    handler: Any = None

    def __init__(self, name: str, *, token: str = "", bearer: str = "") -> None:
        self.name = name
        self.client = Client(raise_request_exception=False)
        # One handler for all: building the middleware anew for each client would cost more than the requests.
        Caller.handler = self.client.handler = Caller.handler or self.client.handler
        self.client.cookies[CSRF_COOKIE] = CSRF
        if token:
            self.client.cookies[COOKIE] = token
        self.headers = {"Authorization": f"Bearer {bearer}"} if bearer else {"X-CSRFToken": CSRF}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        known = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method, API + path, data=data, content_type="application/json", headers={**self.headers, **known}
        )

    def get(self, path: str, /, **query: Any) -> HttpResponse:
        return self.send("GET", f"{path}?{urlencode(_encoded(query))}" if query else path)

    def post(self, path: str, body: Any = None, /, **headers: str) -> HttpResponse:
        return self.send("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, version: int | str | None = None) -> HttpResponse:
        return self.send("PATCH", path, body, **_if_match(version))

    def delete(self, path: str, version: int | str | None = None, body: Any = None) -> HttpResponse:
        return self.send("DELETE", path, body, **_if_match(version))

    def put(self, path: str, body: Any, version: int | str | None = None) -> HttpResponse:
        return self.send("PUT", path, body, **_if_match(version))

    def replace(self, path: str, body: Any) -> HttpResponse:
        """PUT over what is there now: reads the ETag first."""
        return self.put(path, body, self.get(path).headers.get("ETag", '"unseen"'))

    def all(self, name: str, **query: Any) -> list[dict[str, Any]]:
        """Every row of a list, page by page."""
        rows: list[dict[str, Any]] = []
        cursor = ""
        while True:
            answer = self.get(f"/{name}", **{"limit": 200, **query, **({"cursor": cursor} if cursor else {})})
            assert answer.status_code == 200, (name, query, answer.content.decode())
            page = answer.json()
            rows += page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return rows

    def ids(self, name: str, **query: Any) -> set[str]:
        return {row["id"] for row in self.all(name, **query)}


def _encoded(query: dict[str, Any]) -> dict[str, Any]:
    return {k: json.dumps(v) if isinstance(v, (dict, list, bool)) else v for k, v in query.items()}


def _if_match(version: int | str | None) -> dict[str, str]:
    return {} if version is None else {"If_Match": f'"{version}"' if isinstance(version, int) else version}


def caller_for(world: World, name: str) -> Caller:
    """``nobody``, ``program`` (the API token of ``rep``) or one of the people."""
    if name == "nobody":
        return Caller(name)
    if name == "program":
        return Caller(name, bearer=world.token)
    return Caller(name, token=session_token(name))
