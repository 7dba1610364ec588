"""S-2, B-1: whatever is sent, the answer is a refusal in words, never a 500."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kemai.accounts.models import User
from kemai.platform.objects.declare import get_object
from tests.calling import Caller
from tests.contracts.oracle import OBJECTS
from tests.contracts.test_doors import KEY, operations
from tests.fixtures import forget_everything, taken_back
from tests.world import World


def deep(depth: int) -> Any:
    tree: Any = {"field": "name", "op": "eq", "value": "x"}
    for _ in range(depth):
        tree = {"not": tree}
    return tree


#: Filters that must be refused with 400: names that reach elsewhere, shapes that cost, values that no column takes.
FILTERS: list[Any] = [
    "not json",
    "5",
    '{"field": "name"',
    [1],
    {"field": "name"},
    {"field": "name", "op": "eq", "value": "x", "more": 1},
    {"field": "owner__password", "op": "starts_with", "value": "p"},
    {"field": "owner__password__startswith", "op": "eq", "value": "p"},
    {"field": "owner.password", "op": "eq", "value": "p"},
    {"field": "owner.department.name", "op": "eq", "value": "p"},
    {"field": "password", "op": "eq", "value": "p"},
    {"field": "search_terms", "op": "has", "value": "p"},
    {"field": "deleted_at", "op": "is_null", "value": False},
    {"field": "name) OR TRUE --", "op": "eq", "value": "p"},
    {"field": "name", "op": "eq; DROP TABLE", "value": "p"},
    {"field": "name", "op": "regex", "value": "(a+)+$"},
    {"field": "name", "op": ["eq"], "value": "p"},
    {"field": ["name"], "op": "eq", "value": "p"},
    {"field": {"a": 1}, "op": {"b": 2}, "value": None},
    {"field": "name", "op": "eq", "value": None},
    {"field": "name", "op": "eq", "value": {"a": 1}},
    {"field": "name", "op": "in", "value": "abc"},
    {"field": "name", "op": "in", "value": ["x"] * 1001},
    {"field": "name", "op": "contains", "value": "a\u0000b"},
    {"field": "tags", "op": "has", "value": "a\u0000b"},
    {"field": "tags", "op": "has_any", "value": ["a\u0000b"]},
    {"field": "kind", "op": "in", "value": ["a\u0000b"]},
    {"field": "phone", "op": "eq", "value": "a\u0000b"},
    {"field": "deal_count", "op": "eq", "value": "NaN"},
    {"field": "deal_count", "op": "eq", "value": 1e308},
    {"field": "deal_count", "op": "eq", "value": "9" * 400},
    {"field": "deal_amount", "op": "between", "value": ["1"]},
    {"field": "birth_on", "op": "eq", "value": "2026-02-30"},
    {"field": "birth_on", "op": "within_last", "value": {"days": 10**9}},
    {"field": "birth_on", "op": "within_last", "value": {"days": -1}},
    {"field": "created_at", "op": "eq", "value": "0001-01-01T00:00:00+23:59"},
    {"field": "created_at", "op": "gt", "value": "2026-01-01T00:00:00"},
    {"field": "owner", "op": "eq", "value": "' OR 1=1 --"},
    {"field": "department", "op": "under", "value": ["x"]},
    {"and": "x"},
    {"and": [], "or": []},
    {"or": [{"and": 1}]},
    {"not": []},
    deep(9),
    '{"not":' * 2000 + "1" + "}" * 2000,
    {"and": [{"field": "name", "op": "eq", "value": "x"}] * 101},
    {"field": "name", "op": "eq", "value": "x" * 30_000},
]


@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_hostile_filters(number: int, world: World, call: Callable[[str], Caller]) -> None:
    """S-3, trap 6: 400 by GET and in bodies alike."""
    rep, tree = call("rep"), FILTERS[number]
    requests = [lambda: rep.get("/customers", filter=tree)]
    if not isinstance(tree, str):
        requests.append(lambda: rep.post("/customers/aggregate", {"filter": tree}))
        requests.append(lambda: rep.post("/customers/bulk", {"filter": tree, "action": "delete"}))
    for ask in requests:
        with taken_back():
            assert ask().status_code == 400


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_deep_filter_is_refused_in_words(language: str, world: World, call: Callable[[str], Caller]) -> None:
    """Issue B: a filter of depth 50, wherever filters are taken, in the reader's language."""
    rep = call("rep")
    User.objects.filter(pk=world.users["rep"]).update(locale=language)
    forget_everything()
    words = "筛选条件嵌套过深，最多 8 层" if language == "zh-CN" else "nested too deeply; at most 8 levels"
    for tree in (deep(50), {"and": [deep(49), {"in_segment": KEY}]}, deep(300)):
        segment = {"object": "customers", "name": "深", "filter": tree}
        asked = [
            rep.post("/customers/aggregate", {"filter": tree}),
            rep.post("/customers/bulk", {"filter": tree, "action": "delete"}),
            rep.post("/exports", {"object": "customers", "fields": ["name"], "filter": tree}),
        ]
        if tree != deep(300):
            asked += [rep.get("/customers", filter=tree), rep.post("/segments", segment), rep.post("/views", segment)]
        for answer in asked:
            body = answer.json()
            told = body["detail"] + "".join(e["message"] for e in body.get("errors", []))
            assert answer.status_code in (400, 422), body
            assert words in told or tree == deep(300), (answer.request["PATH_INFO"], body)


#: Query strings that must not break anything, on every address.
QUERIES: list[dict[str, Any]] = [
    {"q": "\x00"},
    {"q": "%"},
    {"q": "\\"},
    {"q": "'" * 300},
    {"q": "😀" * 50},
    {"q": "中" * 300},
    {"cursor": "\x00"},
    {"cursor": "x|y"},
    {"cursor": "²"},
    {"cursor": "9" * 60},
    {"cursor": "2026-01-01|" + KEY},
    {"limit": "-1"},
    {"limit": "x"},
    {"limit": "9" * 50},
    {"sort": "\x00"},
    {"sort": "name;--"},
    {"sort": "owner__password"},
    {"fields": "\x00,*"},
    {"fields": "password"},
    {"view": "\x00"},
    {"ids": "\x00,x"},
    {"scope": "x"},
    {"before": "9" * 30},
    {"before": "x"},
    {"from": "x"},
    {"to": "\x00"},
    {"action": "\x00"},
    {"actor": "x"},
    {"month": "2026-99"},
    {"month": "\x00"},
    {"department": "x"},
    {"with_total": "maybe"},
]


def asked_already(path: str) -> bool:
    """The generic endpoints are one set of views: two kinds of record stand for all, where a body's fields do not matter."""
    name = path.removeprefix("/api/v1").split("/")[1]
    return name in OBJECTS and name not in ("customers", "opportunities")


def test_a_flag_is_yes_or_no(world: World, call: Callable[[str], Caller]) -> None:
    """B-1: as scripts write it; any other word is refused, not taken for no."""
    rep = call("rep")
    for word, told in (("true", True), ("True", True), ("1", True), ("false", False), ("0", False)):
        assert (rep.get("/customers", with_total=word).json()["total"] is not None) is told, word
    for name in ("with_total", "deleted"):
        for word in ("yes", "2", ""):
            answer = rep.get("/customers", **{name: word})
            assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), (name, word)


def test_hostile_queries(world: World, call: Callable[[str], Caller]) -> None:
    """B-1: every GET of the API with every odd query."""
    admin, wrong = call("admin"), []
    key = str(world.get("customers", "mine").id)
    for method, path in operations(admin):
        if method == "GET" and not asked_already(path):
            for query in QUERIES:
                with taken_back():
                    answer = admin.get(path.replace(KEY, key), **query)
                if answer.status_code >= 500:
                    wrong.append(f"{path} {query}: {answer.status_code}")
    assert not wrong, "\n".join(wrong[:40])


#: The bodies are tried in so many tests, so that the workers share them.
PARTS = 6
JUNK: list[Any] = [
    None,
    True,
    -1,
    1e300,
    "",
    "x",
    "\ud800".encode("utf-16", "surrogatepass").hex(),
    [],
    ["x"],
    [[]],
    {},
    {"id": "x"},
    "a" * 30_000,
    "a\u0000b",
]


def bodies(document: dict[str, Any], path: str, method: str) -> Iterator[Any]:
    """Bodies of the right names with the wrong things in them."""
    content = document["paths"][path][method].get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = content.get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].split("/")[-1]]
    loose = (
        "filter",
        "group_by",
        "measures",
        "ids",
        "action",
        "params",
        "grantee_kind",
        "grantee",
        "expires_at",
        "q",
        "view",
        "sort",
        "limit",
        "cursor",
    )
    yield from (b"", b"{", b"[]", b"5", b'"x"', b"\xff\xfe", b'{"a": NaN}', b"[" * 5000)
    names = [*schema.get("properties", {}), *(loose if not schema.get("properties") else ())]
    for junk in JUNK:
        yield json.dumps(dict.fromkeys(names, junk)).encode()
    for name in names:  # emptied one by one: nothing else may be wrong with the body
        for junk in (None,) if method == "patch" else (None, {}) if names == list(loose) else ():
            yield json.dumps({name: junk}).encode()
    yield json.dumps(
        {
            "grants": [{"permission": [], "scope": {}, "departments": 5}],
            "field_rules": [{"object": [], "field": {}, "access": []}],
        }
    ).encode()
    yield json.dumps(
        {"grants": [{"permission": "customers.customer.view", "scope": "departments", "departments": 5}]}
    ).encode()
    yield json.dumps({"field_rules": [{"object": "customers", "field": [], "access": "hidden"}], "grants": []}).encode()
    yield json.dumps({"members": [{"user": [], "member": {}, "member_kind": []}]}).encode()
    yield json.dumps(
        {"items": [{"value": [], "label_zh": {}, "color": 5}, {"value": "x\u0000", "label_zh": "y", "label_en": "z"}]}
    ).encode()
    yield json.dumps({"grantee_kind": [], "grantee": {}, "expires_at": 5}).encode()


@pytest.mark.parametrize("part", range(PARTS))
def test_hostile_bodies(part: int, world: World, call: Callable[[str], Caller]) -> None:
    """B-1: every unsafe operation with every odd body, by somebody who may do everything."""
    admin, wrong, asked = call("admin"), [], 0
    document = admin.get("/openapi.json").json()
    keys = {
        o.name: str(o.model._base_manager.filter(deleted_at__isnull=True).values_list("pk", flat=True)[0])
        for o in map(get_object, OBJECTS)
    }
    for path, item in sorted(document["paths"].items())[part::PARTS]:
        for method in item:
            if method not in ("post", "patch", "put", "delete") or path in ("/api/v1/auth/logout", "/api/v1/files"):
                continue
            name = path.split("/")[3]
            filled = path.removeprefix("/api/v1")
            while "{" in filled:
                filled = (
                    filled[: filled.index("{")]
                    + keys.get(name, "industry" if "dictionaries" in path else KEY)
                    + filled[filled.index("}") + 1 :]
                )
            if asked_already(path) and "Write" not in str(item[method].get("requestBody")):
                continue
            for body in bodies(document, path, method):
                asked += 1
                with taken_back():
                    answer = admin.send(method.upper(), filled, body, If_Match='"1"')
                if answer.status_code >= 500:
                    wrong.append(f"{method} {path} {body[:120]!r}: {answer.status_code}")
    assert not wrong, "\n".join(wrong[:60])
    assert asked > 100


@pytest.mark.parametrize(
    "path",
    [
        "/customers/%00",
        "/%00",
        "/customers/x/history",
        "/nothing",
        "/customers/x/%00",
        "/meta/objects/%00",
        "/jobs/%00",
        "/undo/%00",
        "/files/x/content",
        "/admin/dictionaries/%00",
    ],
)
def test_hostile_addresses(path: str, world: World, call: Callable[[str], Caller]) -> None:
    """B-1: 404 or 422, whatever the path holds."""
    for method in ("GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "HEAD"):
        with taken_back():
            assert call("admin").send(method, path, {}, If_Match='"1"').status_code in (400, 404, 405, 422), method


def test_hostile_sign_in(world: World, call: Callable[[str], Caller]) -> None:
    """S-8: odd names and passwords are a wrong password, not an error."""
    nobody = call("nobody")
    for body in (
        {"username": "a\u0000", "password": "x"},
        {"username": "x" * 10_000, "password": "y"},
        {"username": "rep", "password": "\u0000"},
        {"username": "%", "password": "%"},
    ):
        with taken_back():
            assert nobody.post("/auth/login", body).status_code in (400, 401, 422), body
