"""The contract's API description is true: what is answered is described, what is described can be asked."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from kemai.config import middleware, stream, transport
from kemai.config.dispatcher import send_problem
from kemai.config.env import get_env
from kemai.config.static import AppMiddleware
from tests.calling import API, Caller
from tests.contracts.test_doors import KEY, OPEN, operations
from tests.contracts.test_writing import CREATED, minimal
from tests.fixtures import taken_back
from tests.platform.sheets import upload
from tests.world import World


@pytest.fixture
def document(call: Callable[[str], Caller]) -> dict[str, Any]:
    found: dict[str, Any] = call("nobody").get("/openapi.json").json()
    return found


def schema_of(document: dict[str, Any], path: str, method: str, status: str) -> dict[str, Any]:
    schema: dict[str, Any] = document["paths"][path][method]["responses"][status]["content"]["application/json"][
        "schema"
    ]
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].split("/")[-1]]
    return schema


def fits(value: Any, schema: dict[str, Any]) -> bool:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    tests = {
        "string": isinstance(value, str),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "boolean": isinstance(value, bool),
        "array": isinstance(value, list),
        "object": isinstance(value, dict),
        "null": value is None,
        "number": isinstance(value, (int, float)),
    }
    return not kinds or any(tests[k] for k in kinds)


@pytest.mark.parametrize("name", CREATED)
def test_answers_are_as_described(
    name: str, world: World, call: Callable[[str], Caller], document: dict[str, Any]
) -> None:
    """Every key answered is in the schema, of a type it allows."""
    admin, root = call("admin"), f"/api/v1/{name}"
    made = admin.post(f"/{name}", minimal(world, name)).json()
    one = f"{root}/{{id}}"
    answers = {(root, "post", "201"): made, (one, "get", "200"): admin.get(f"/{name}/{made['id']}").json()}
    answers[one, "patch", "200"] = admin.patch(f"/{name}/{made['id']}", {}, made["version"]).json()
    if name != "users":
        admin.delete(f"/{name}/{made['id']}", made["version"])
        answers[one, "get", "200"] |= admin.get(f"/{name}/{made['id']}", deleted=True).json()
        answers[f"{one}/restore", "post", "200"] = admin.post(f"/{name}/{made['id']}/restore").json()
    for (path, method, status), answer in answers.items():
        known = schema_of(document, path, method, status)["properties"]
        assert set(answer) <= set(known), (path, method, set(answer) - set(known))
        assert not {k for k, v in answer.items() if not fits(v, known[k])}, (path, method)
    page = admin.get(f"/{name}").json()
    assert set(page) == set(schema_of(document, root, "get", "200")["properties"])


def test_operation_ids_are_unique_and_references_resolve(document: dict[str, Any]) -> None:
    ids = [op["operationId"] for item in document["paths"].values() for op in item.values()]
    assert len(ids) == len(set(ids)) > 150
    assert document["openapi"] == "3.1.0"
    text = str(document)
    for name in {part.split("'")[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in document["components"]["schemas"], name


def test_every_operation_tells_its_refusals(document: dict[str, Any]) -> None:
    """Every operation lists 401 and the other problems as problem documents."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for status in ("401", "403", "404", "422"):
                assert "application/problem+json" in operation["responses"][status]["content"], (path, method)


def test_problems_are_problem_documents(world: World, call: Callable[[str], Caller]) -> None:
    """RFC 9457, with status and code; no traceback ever leaves."""
    rep = call("rep")
    for answer in (
        rep.get("/nothing"),
        rep.get("/customers", limit=0),
        rep.post("/customers", {}),
        call("nobody").get("/customers"),
        rep.send("PUT", "/customers"),
    ):
        body = answer.json()
        assert answer["Content-Type"] == "application/problem+json"
        assert {"type", "title", "status", "code", "detail", "errors"} <= set(body) and body[
            "status"
        ] == answer.status_code
        assert "Traceback" not in answer.content.decode()


def told_of_tls(answer: Any) -> bool:
    """Whether an answer says what it must where people come over TLS: a year at least; and nothing over plain HTTP."""
    said = re.fullmatch(r"max-age=(\d+)(;.*)?", answer.headers.get("Strict-Transport-Security", ""))
    return bool(said and int(said[1]) >= 365 * 86_400) if settings.KEMAI_HTTPS else said is None


def without_headers(caller: Caller) -> list[str]:
    """Answers of any operation, and of any page beside them, that lack a header or tell too much."""
    wrong = []
    pages = [
        ("GET", path)
        for path in ("/", "/customers", "/healthz", "/readyz", "/f/none", "/u/none", "/f/style.css", "/assets/none.js")
    ]
    for method, path in [*((m, API + p) for m, p in operations(caller)), *pages]:
        answer = caller.client.generic(
            method, path, data=b"{}", content_type="application/json", headers=caller.headers
        )
        policy = answer.headers.get("Content-Security-Policy", "").replace("style-src-attr 'unsafe-inline'", "")
        kept = all(
            name in answer.headers
            for name in ("Referrer-Policy", "Cross-Origin-Opener-Policy", "X-Content-Type-Options")
        )
        open_policy = "unsafe-" in policy or "frame-ancestors" not in policy or not policy
        cached = path.startswith(API) and "no-" not in answer.headers.get("Cache-Control", "")
        if (
            not kept
            or open_policy
            or cached
            or not told_of_tls(answer)
            or "Server" in answer.headers
            or b"Traceback" in answer.getvalue()
        ):
            wrong.append(f"{method} {path}: {answer.status_code} {dict(answer.headers)}")
    return wrong


@pytest.mark.parametrize(("person", "https"), [("nobody", False), ("guest", True)])
def test_every_answer_carries_its_headers(
    person: str, https: bool, world: World, call: Callable[[str], Caller]
) -> None:
    """S-10: on every route, answers and refusals alike."""
    with taken_back(), override_settings(KEMAI_HTTPS=https):
        assert without_headers(call(person)) == []


def test_the_headers_check_can_fail(
    world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """T-3."""
    monkeypatch.setitem(middleware.HEADERS, "Content-Security-Policy", "script-src 'self' 'unsafe-eval'")
    assert len(without_headers(call("nobody"))) > 300


@pytest.mark.parametrize("https", [False, True])
def test_files_and_what_comes_before_django_tell_of_tls(
    https: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-10: the built files, an overloaded worker's refusal, the event stream's."""
    (tmp_path / "a.js").write_text("1")
    monkeypatch.setattr(transport, "get_env", lambda: replace(get_env(), public_url=f"http{'s' * https}://crm.example"))
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def refusals() -> None:
        await send_problem(send, 503, "overloaded", "Busy.")
        await stream.refuse(send, 401, "not_signed_in")

    asyncio.run(refusals())
    with override_settings(KEMAI_HTTPS=https):
        files = AppMiddleware(lambda request: HttpResponse())
        files.add_files(str(tmp_path), prefix="/")
        file = files(RequestFactory().get("/a.js"))
        file.file_to_stream.close()
        heads = [{n.decode().title(): v.decode() for n, v in m["headers"]} for m in sent if "headers" in m]
        answers = [file, *(SimpleNamespace(headers=head) for head in heads)]
        assert len(answers) == 3 and [told_of_tls(answer) for answer in answers] == [True] * 3


def test_a_short_time_is_not_enough(
    world: World, call: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """T-3."""
    monkeypatch.setattr(transport, "VALUE", "max-age=86400")
    with override_settings(KEMAI_HTTPS=True):
        assert not told_of_tls(call("nobody").get("/me")) and told_of_tls(SimpleNamespace(headers={})) is False


def test_a_file_is_data_and_never_a_page(world: World, call: Callable[[str], Caller]) -> None:
    """B-5: whatever its name and content say, it is saved, not opened; opened all the same, nothing in it would run."""
    rep = call("rep")
    for name in ("图.svg", "单.html", "x.pdf.html", 'a"; filename=b.html'):
        answer = rep.get(f"/files/{upload(rep, b'<svg onload=alert(1)>', name)}/content")
        assert answer["Content-Type"] == "application/octet-stream" and answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
        assert not set(answer["Content-Disposition"][29:]) & set('"; ')
        policy = answer["Content-Security-Policy"]
        assert answer.getvalue() == b"<svg onload=alert(1)>"
        assert "sandbox" in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy


def test_a_refused_method_names_those_there_are(world: World, call: Callable[[str], Caller]) -> None:
    """RFC 9110: 405 carries ``Allow``, at named and at generic addresses."""
    rep, key = call("rep"), world.get("customers", "mine").id
    for path, method, allowed in (
        ("/customers", "PUT", "GET, POST"),
        (f"/customers/{key}", "PUT", "GET, PATCH, DELETE"),
        (f"/customers/{key}/history", "DELETE", "GET"),
        (f"/customers/{key}/follow", "GET", "POST, DELETE"),
        ("/customers/aggregate", "PUT", "POST"),
        ("/notifications/read", "PUT", "POST"),
    ):
        answer = rep.send(method, path, {})
        assert (answer.status_code, answer.headers.get("Allow")) == (405, allowed), (method, path)


def test_the_description_says_which_doors_are_open(document: dict[str, Any]) -> None:
    """Only what anybody may ask is described as asking for nobody."""
    free = {
        (m.upper(), p.removeprefix(API))
        for p, item in document["paths"].items()
        for m, o in item.items()
        if o.get("security") == []
    }
    assert free == {(m, p.replace(KEY, "{token}")) for m, p in OPEN if p != "/openapi.json"}
