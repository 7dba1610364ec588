"""OpenAPI of the generic endpoints, from the declarations."""

from __future__ import annotations

from typing import Any

from kemai.platform.objects import types
from kemai.platform.objects.declare import Field, ObjectType, declared_objects

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "code": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
_IF_MATCH = {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}
_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
}
_REFERENCE = {
    "type": ["object", "null"],
    "properties": {"id": {"type": "string", "format": "uuid"}, "label": {"type": ["string", "null"]}},
}


#: Fields the administrator added: which there are, and of what type, says ``GET /meta/objects/{object}``.
_CUSTOM: dict[str, Any] = {r"^custom\.[a-z][a-z0-9_]{0,40}$": {"title": "A custom field"}}


#: What :func:`kemai.kit.http.read_flag` takes.
_FLAG: dict[str, Any] = {"enum": [True, False, 1, 0]}


def _query(name: str, kind: str = "string", **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema or {"type": kind}}


_LIST = [
    _query("q"),
    _query("filter"),
    _query("sort"),
    _query("fields"),
    _query("view"),
    _query("cursor"),
    _query("with_total", **_FLAG),
    _query("deleted", **_FLAG),
]
_LIST.append(
    {
        "name": "limit",
        "in": "query",
        "required": False,
        "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
    }
)

_REVEAL = {
    "type": "object",
    "required": ["field", "reason"],
    "properties": {"field": {"type": "string"}, "reason": {"type": "string"}},
}
_REVEALED = {
    "type": "object",
    "required": ["field", "value", "seconds", "left"],
    "properties": {
        "field": {"type": "string"},
        "value": {"type": ["string", "null"]},
        "seconds": {"type": "integer"},
        "left": {"type": "integer"},
    },
}


_BOARD = [_query(n) for n in ("q", "filter", "view", "sort", "fields", "group", "sum", "scope")]
_BOARD.append(_query("limit", "integer"))
_GROUPS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "filter": {},
        "q": {"type": "string"},
        "view": {"type": "string"},
        "group_by": {"type": "array", "maxItems": 3, "items": {"type": "string"}},
        "measures": {"type": "array", "maxItems": 8, "items": {"type": "object"}},
        "order": {"type": "string"},
        "limit": {"type": "integer", "minimum": 1, "maximum": 500},
        "with_total": _FLAG,
    },
}


def describe_objects() -> dict[str, Any]:
    """Paths and schemas of every registered kind of record."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for declaration in declared_objects():
        _paths(declaration, paths)
        _schemas(declaration, schemas)
    paths["/api/v1/undo/{token}"] = {
        "post": _operation(
            "undo",
            "Take an operation back; one of many records becomes a job (202)",
            ["general"],
            [{**_ID, "name": "token"}],
            answer={"type": "object"},
            body={"type": "object", "properties": {"rest": {"type": "boolean"}}},
            problems=("409", "410"),
        )
    }
    return {"paths": paths, "schemas": schemas}


def _name(declaration: ObjectType) -> str:
    return declaration.model.__name__


def _schemas(declaration: ObjectType, schemas: dict[str, Any]) -> None:
    name = _name(declaration)
    schemas[name] = {
        "type": "object",
        "required": ["id", "version"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "version": {"type": "integer"},
            "deleted_at": {"type": ["string", "null"], "format": "date-time", "title": "When it went to the bin"},
            **{f.name: _read(f) for f in declaration.by_name.values()},
            "can": {"type": "object"},
            "masked": {"type": "object", "title": "Masked field: whether it may be shown in clear, or why not"},
            "merged_from": {"type": "string", "format": "uuid", "title": "The merged record that was asked for"},
        },
        "patternProperties": _CUSTOM,
    }
    writable = {f.name: _write(f) for f in declaration.fields if f.writable}
    schemas[f"{name}Write"] = {
        "type": "object",
        "properties": writable,
        "patternProperties": _CUSTOM,
        "additionalProperties": False,
    }


def _read(f: Field) -> dict[str, Any]:
    if f.target or f.targets:
        return {**_REFERENCE, "title": f.label.en}
    schema = dict(f.type.json_schema)
    schema["type"] = [schema["type"], "null"]
    return {**schema, "title": f.label.en}


def _write(f: Field) -> dict[str, Any]:
    schema: dict[str, Any] = {**f.type.json_schema, "title": f.label.en}
    schema["type"] = [schema["type"], "null"]
    if f.targets:
        schema = {"anyOf": [{"type": ["string", "null"], "format": "uuid"}, {"type": "object"}]}
    if f.max_length:
        schema["maxLength"] = f.max_length
    if isinstance(f.type, types.Choice) and f.choices:
        schema["enum"] = [c.value for c in f.choices] + ["", None]
    return schema


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


_LOOSE: dict[str, Any] = {"type": "object"}
_SOME: dict[str, Any] = {
    "type": "object",
    "required": ["items"],
    "properties": {"items": {"type": "array", "items": _LOOSE}},
}


def _share(operation_id: str, words: str, tag: list[str]) -> dict[str, Any]:
    return _operation(
        operation_id,
        f"Share: {words}",
        tag,
        [_ID, _IDEMPOTENCY],
        answer=_SOME,
        status="201",
        body=_LOOSE,
    )


def _operation(
    operation_id: str,
    summary: str,
    tags: list[str],
    parameters: list[dict[str, Any]],
    *,
    answer: dict[str, Any] | None,
    status: str = "200",
    body: dict[str, Any] | None = None,
    problems: tuple[str, ...] = (),
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": operation_id,
        "summary": summary,
        "tags": tags,
        "parameters": parameters,
    }
    done: dict[str, Any] = {"description": "Done"}
    if answer is not None:
        done["content"] = {"application/json": {"schema": answer}}
    problem = {
        "description": "A problem document",
        "content": {"application/problem+json": {"schema": _ref("Problem")}},
    }
    operation["responses"] = {status: done, "400": problem, **dict.fromkeys(problems, problem)}
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation


def _paths(declaration: ObjectType, paths: dict[str, Any]) -> None:
    name, words, tag = _name(declaration), declaration.label.en, [declaration.name]
    root, code = f"/api/v1/{declaration.name}", declaration.name.replace("-", "_")
    page = {
        "type": "object",
        "required": ["items", "next_cursor", "total", "total_is_exact"],
        "properties": {
            "items": {"type": "array", "items": _ref(name)},
            "next_cursor": {"type": ["string", "null"]},
            "total": {"type": ["integer", "null"]},
            "total_is_exact": {"type": "boolean"},
        },
    }
    loose, items = _LOOSE, _SOME
    collection = {"get": _operation(f"{code}_list", f"List: {words}", tag, _LIST, answer=page)}
    if declaration.can_create:
        collection["post"] = _operation(
            f"{code}_create",
            f"Create: {words}",
            tag,
            [_IDEMPOTENCY],
            answer=_ref(name),
            status="201",
            body=_ref(f"{name}Write"),
            problems=("409",),
        )
    paths[root] = collection
    paths[f"{root}/options"] = {
        "get": _operation(
            f"{code}_options",
            f"Pick: {words}",
            tag,
            [_query("q"), _query("limit", "integer"), _query("ids"), _query("filter")],
            answer=items,
        )
    }
    paths[f"{root}/aggregate"] = {
        "post": _operation(f"{code}_aggregate", f"Group: {words}", tag, [], answer=loose, body=_GROUPS)
    }
    if declaration.can_create:
        write = _ref(f"{name}Write")
        paths[f"{root}/check"] = {
            "post": _operation(f"{code}_check", f"Try values: {words}", tag, [_query("id")], answer=loose, body=write)
        }
    paths[f"{root}/bulk"] = {
        "post": _operation(
            f"{code}_bulk", f"Many at once: {words}", tag, [_IDEMPOTENCY], answer=loose, status="202", body=loose
        )
    }
    paths[f"{root}/board"] = {
        "get": _operation(f"{code}_board", f"Board: {words}", tag, _BOARD, answer=loose, problems=("404",))
    }
    one: dict[str, Any] = {"get": _operation(f"{code}_get", f"Read: {words}", tag, [_ID], answer=_ref(name))}
    one["patch"] = _operation(
        f"{code}_update",
        f"Edit: {words}",
        tag,
        [_ID, _IF_MATCH],
        answer=_ref(name),
        body=_ref(f"{name}Write"),
        problems=("412", "428"),
    )
    if declaration.can_delete:
        one["delete"] = _operation(
            f"{code}_delete",
            f"To the recycle bin: {words}",
            tag,
            [_ID, _IF_MATCH],
            answer=None,
            status="204",
            problems=("412", "428"),
        )
        paths[f"{root}/{{id}}/restore"] = {
            "post": _operation(f"{code}_restore", f"Restore: {words}", tag, [_ID, _IDEMPOTENCY], answer=_ref(name))
        }
    paths[f"{root}/{{id}}"] = one
    paths[f"{root}/{{id}}/history"] = {
        "get": _operation(f"{code}_history", f"History: {words}", tag, [_ID, _query("cursor")], answer=items)
    }
    paths[f"{root}/{{id}}/reveal"] = {
        "post": _operation(
            f"{code}_reveal", f"Show a masked value: {words}", tag, [_ID], answer=_REVEALED, body=_REVEAL
        )
    }
    if declaration.timeline:
        paths[f"{root}/{{id}}/timeline"] = {
            "get": _operation(f"{code}_timeline", f"Timeline: {words}", tag, [_ID, _query("cursor")], answer=items)
        }
    paths[f"{root}/{{id}}/mentionable"] = {
        "get": _operation(f"{code}_mentionable", f"People to mention: {words}", tag, [_ID, _query("q")], answer=items)
    }
    if declaration.followable:
        paths[f"{root}/{{id}}/follow"] = {
            "post": _operation(f"{code}_follow", f"Follow: {words}", tag, [_ID, _IDEMPOTENCY], answer=loose),
            "delete": _operation(f"{code}_unfollow", f"Follow no more: {words}", tag, [_ID], answer=loose),
        }
    if declaration.shareable:
        paths[f"{root}/{{id}}/shares"] = {
            "get": _operation(f"{code}_shares", f"Shares: {words}", tag, [_ID], answer=items),
            "post": _share(f"{code}_add_share", words, tag),
            "delete": _operation(
                f"{code}_unshare", f"Withdraw a share: {words}", tag, [_ID, _query("id")], answer=items
            ),
        }
        paths[f"{root}/{{id}}/share"] = {"post": _share(f"{code}_share", words, tag)}
    for command in declaration.commands:
        body = {
            "type": "object",
            "properties": {p.name: _write(p) for p in command.params},
            "required": [p.name for p in command.params if p.required],
            "additionalProperties": False,
        }
        verb = command.name.replace("-", "_")
        paths[f"{root}/{{id}}/{command.name}"] = {
            "post": _operation(
                f"{code}_{verb}",
                f"{command.label.en}: {words}",
                tag,
                [_ID, _IDEMPOTENCY],
                answer=loose,
                body=body,
                problems=("409",),
            )
        }
