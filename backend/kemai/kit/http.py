"""JSON answers and problem documents (RFC 9457). Chinese stays Chinese in the bytes; nothing is cached that is personal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from kemai.kit.errors import KemaiError, Malformed
from kemai.kit.words import T

#: A refusal names so many faults and no more: a body of a hundred thousand wrong names is not worth an answer as long (B-3).
MAX_TOLD = 200


def _default(value: Any) -> Any:
    if isinstance(value, (T, Decimal)):
        return str(value)
    raise TypeError(type(value))


def dumps(data: Any) -> bytes:
    """JSON as the API speaks it: decimals and texts as strings, instants with offset."""
    return orjson.dumps(data, default=_default)


def etag_of(data: Any) -> str:
    """A strong ETag of what would be answered."""
    return f'"{hashlib.blake2b(dumps(data), digest_size=12).hexdigest()}"'


def json_response(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(dumps(data), status=status, content_type="application/json", headers=headers)


def problem_response(error: KemaiError) -> HttpResponse:
    """A refusal in the caller's language."""
    errors = [{"field": e.field, "code": e.code, "message": e.text()} for e in getattr(error, "errors", [])[:MAX_TOLD]]
    detail = error.detail()
    body = {
        "type": f"https://kemai.example/problems/{error.code}",
        "title": detail,
        "status": error.status,
        "code": error.code,
        "detail": detail,
        "errors": errors,
        **error.extra(),
    }
    return HttpResponse(
        dumps(body), status=error.status, content_type="application/problem+json", headers=error.headers()
    )


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The request's JSON object; :class:`Malformed` otherwise. An empty body is an empty object."""
    body = request.body
    if not body:
        return {}
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(what="JSON") from error
    if not isinstance(data, dict):
        raise Malformed(what="JSON object expected")
    if _has_nul(data):
        raise Malformed(what="NUL character")
    return data


def read_flag(data: Mapping[str, Any], name: str) -> bool:
    """Yes or no, from a query or a body: ``true`` or ``false`` however written, or 1 or 0; no where it is not said."""
    said = data.get(name)
    word = "false" if said is None else str(said).lower()
    if word not in ("true", "1", "false", "0"):
        raise Malformed(what=f"{name}: true, false")
    return word in ("true", "1")


def _has_nul(data: Any) -> bool:
    """PostgreSQL stores no NUL; refused at the door rather than at each column."""
    try:
        return b"\\u0000" in orjson.dumps(data)
    except orjson.JSONEncodeError as error:  # nested deeper than 254
        raise Malformed(what="JSON depth") from error
