"""OpenAPI 3.1 of everything: ninja's named endpoints and the generic ones, built from the declarations once per process."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from kemai.config.api import api
from kemai.integrations.catalogue import describe_webhooks
from kemai.platform.objects.openapi import PROBLEM, describe_objects


@lru_cache(maxsize=1)
def openapi_bytes() -> bytes:
    """The whole document as JSON."""
    document: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/v1/"))
    document["openapi"] = "3.1.0"
    named = {o["operationId"] for item in document["paths"].values() for o in item.values()}
    generic = describe_objects()
    document["paths"] = {**document["paths"], **generic["paths"]}
    document["webhooks"] = describe_webhooks()
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update({**generic["schemas"], "Problem": PROBLEM})
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "kemai_session"},
    }
    document["security"] = [{"bearer": []}, {"session": []}]
    for item in document["paths"].values():
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                answered = operation["responses"]
                if "security" not in operation and operation["operationId"] in named:
                    operation["security"] = []
                else:
                    operation.pop("security", None)
                body = _WITH_A_BODY if "requestBody" in operation else ()
                for status in (*_ALWAYS, *_BY_METHOD.get(method, ()), *body):
                    answered.setdefault(status, _PROBLEM_RESPONSE)
    return orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS)


#: What every operation may answer instead; what those of a method besides: over, changed meanwhile, If-Match missing, no room; and what those
#: that take a body.
_ALWAYS = ("400", "401", "403", "404", "409", "422", "429", "503")
_BY_METHOD = {"post": ("410", "507"), **dict.fromkeys(("put", "patch", "delete"), ("412", "428", "507"))}
_WITH_A_BODY = ("413",)
_PROBLEM_RESPONSE = {
    "description": "A problem document (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def openapi_view(request: HttpRequest) -> HttpResponse:
    """The document; public, since it holds no data."""
    return HttpResponse(openapi_bytes(), content_type="application/json")
