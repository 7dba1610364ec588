"""S-9, S-1: nobody gets in without signing in, no unsafe request passes without its CSRF token, GET changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from kemai.accounts import sessions
from kemai.platform.objects.declare import declared_objects
from tests.calling import API, CSRF, Caller
from tests.fixtures import business_hash
from tests.world import World

KEY = "01900000-0000-7000-8000-000000000000"
#: What may be asked without signing in, and what it answers then.
OPEN = {
    ("GET", "/openapi.json"): {200},
    ("GET", "/auth/setup"): {200},
    ("POST", "/auth/setup"): {410, 422},
    ("POST", "/auth/login"): {401, 422, 429},
    ("POST", "/auth/factor"): {401, 422},
    ("POST", "/auth/passkey/ask"): {200},
    ("POST", "/auth/passkey"): {401, 409, 422},
    ("GET", "/auth/password-rules"): {200},
    ("POST", "/auth/password-link"): {410, 422},
    ("POST", "/auth/password"): {410, 422},
    ("POST", "/auth/logout"): {204},
    ("GET", f"/calendar/feeds/{KEY}.ics"): {404},
}


def operations(caller: Caller) -> Iterator[tuple[str, str]]:
    """Every (method, path) of the API description, with keys put in."""
    for path, item in caller.get("/openapi.json").json()["paths"].items():
        for method in item:
            if method in ("get", "post", "patch", "put", "delete") and path.startswith(API + "/"):
                filled = path.removeprefix(API)
                while "{" in filled:
                    filled = filled[: filled.index("{")] + KEY + filled[filled.index("}") + 1 :]
                yield method.upper(), filled


def anonymous_wrong(nobody: Caller) -> list[str]:
    wrong = []
    for method, path in operations(nobody):
        status = nobody.send(method, path, None if method == "GET" else {}).status_code
        if status not in OPEN.get((method, path), {401}):
            wrong.append(f"{method} {path}: {status}")
    return wrong


def test_nobody_gets_in(world: World, call: Callable[[str], Caller]) -> None:
    """S-1: 401 everywhere but at the door itself."""
    assert anonymous_wrong(call("nobody")) == []
    assert len(list(operations(call("nobody")))) > 150


def csrf_wrong(caller: Caller) -> list[str]:
    wrong = []
    bad = {
        "missing": {"X_CSRFToken": ""},
        "other": {"X_CSRFToken": CSRF[::-1]},
        "foreign": {"Sec_Fetch_Site": "cross-site"},
    }
    for method, path in operations(caller):
        if method != "GET":
            for words, headers in bad.items():
                answer = caller.send(method, path, {}, **headers)
                if answer.status_code != 403 or answer.json()["code"] != "csrf_failed":
                    wrong.append(f"{words}: {method} {path}: {answer.status_code}")
    return wrong


def test_every_unsafe_request_needs_its_csrf_token(world: World, call: Callable[[str], Caller]) -> None:
    """S-9: signing in and out included."""
    before = business_hash()
    assert csrf_wrong(call("admin")) == []
    assert csrf_wrong(call("nobody")) == []
    assert business_hash() == before


def test_the_csrf_guard_can_fail(world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3."""
    monkeypatch.setattr(sessions, "csrf_ok", lambda cookie, header: True)
    assert csrf_wrong(call("auditor"))


def test_a_token_does_not_ride_on_cookies(world: World, call: Callable[[str], Caller]) -> None:
    """S-9: a bad bearer token beside a good session cookie is nobody."""
    rep = call("rep")
    assert rep.get("/me").status_code == 200
    assert rep.send("GET", "/me", Authorization="Bearer km_wrong").status_code == 401


def test_reading_changes_nothing(world: World, call: Callable[[str], Caller]) -> None:
    """S-9: no GET of the whole API moves a row."""
    admin, before = call("admin"), business_hash()
    for method, path in operations(admin):
        if method == "GET":
            assert admin.get(path).status_code < 500, path
    assert business_hash() == before


def test_the_csrf_cookie_comes_with_any_get(world: World, call: Callable[[str], Caller]) -> None:
    """The contract: also with a 401."""
    nobody = call("nobody")
    nobody.client.cookies.clear()
    answer = nobody.send("GET", "/customers")
    assert answer.status_code == 401
    assert len(answer.cookies["csrftoken"].value) >= 20


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLPattern):
            yield path
        else:
            yield from patterns(one, path)


def test_every_address_is_described(world: World, call: Callable[[str], Caller]) -> None:
    """The contract: the API description names every address; a new one that it does not name fails here."""
    described = {p.removeprefix("/") for p in call("nobody").get("/openapi.json").json()["paths"]}
    names = {o.name for o in declared_objects()}
    generic = "api/v1/<str:object_name>"
    for pattern in patterns(get_resolver()):
        # The short way to what is asked for often leads to the same views.
        path = pattern.replace("<object:object_name>", "<str:object_name>").replace("<key:key>", "<str:key>")
        if path.startswith(generic):
            rest = (
                path.removeprefix(generic)
                .replace("/<str:key>/<str:part>", "/{id}/history")
                .replace("<str:key>", "{id}")
            )
            assert {n for n in names if f"api/v1/{n}{rest}" in described}, path
        elif path.startswith("api/v1/") and "openapi" not in path and path != "api/v1/":
            wanted = path
            while "<" in wanted:
                inner = wanted[wanted.index("<") + 1 : wanted.index(">")]
                wanted = wanted.replace(f"<{inner}>", "{" + inner.split(":")[-1] + "}", 1)
            assert wanted in described, path
