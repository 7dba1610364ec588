"""Which events there are to be told of, and what a delivery says: the same list for the page, the API description and the payloads."""

from __future__ import annotations

from typing import Any

from kemai.accounts.access import Actor
from kemai.base.events import known_events
from kemai.platform.objects.declare import ObjectType, all_objects

#: The payload's form; a new one gets a new number and endpoints stay with theirs.
PAYLOAD_VERSION = 1


def events_of(declaration: ObjectType) -> list[tuple[str, str]]:
    """(verb, label) of everything that happens to a kind of record."""
    return [
        (event.verb(), event.label.to())
        for event in known_events()
        if event.about in ("", declaration.name) and event.public
    ]


def list_events(actor: Actor) -> list[dict[str, Any]]:
    """The kinds of record this person may view, those people work with first, each with its events."""
    return [
        {
            "object": declaration.name,
            "label": declaration.plural.to(),
            "events": [{"key": verb, "label": label} for verb, label in events_of(declaration)],
        }
        for declaration in sorted(all_objects(), key=lambda o: not o.menu)
        if actor.has(declaration.perm("view"))
    ]


def describe_webhooks() -> dict[str, Any]:
    """The ``webhooks`` section of the API description."""
    return {
        f"{declaration.name}.{verb}": {
            "post": {
                "operationId": f"webhook_{declaration.name.replace('-', '_')}_{verb}",
                "summary": f"{declaration.label.en}: {verb}",
                "parameters": [_header(name, words) for name, words in _HEADERS],
                "requestBody": {"required": True, "content": {"application/json": {"schema": _body(declaration)}}},
                "responses": {
                    "2XX": {"description": "Taken"},
                    "default": {"description": "Not taken: tried again for a day"},
                },
            }
        }
        for declaration in all_objects()
        for verb, _ in events_of(declaration)
    }


_HEADERS = (
    ("webhook-id", "The delivery's id, the same over all tries: deduplicate by it"),
    ("webhook-timestamp", "When it was sent, seconds since 1970; refuse what is older than five minutes"),
    (
        "webhook-signature",
        "v1,<base64 of HMAC-SHA256 over id.timestamp.body>; several, separated by spaces, while a secret changes",
    ),
)


def _header(name: str, words: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "description": words, "schema": {"type": "string"}}


def _body(declaration: ObjectType) -> dict[str, Any]:
    text, key = {"type": "string"}, {"type": "string", "format": "uuid"}
    data = {"$ref": f"#/components/schemas/{declaration.model.__name__}"}
    return {
        "type": "object",
        "required": ["id", "type", "version", "occurred_at", "object", "record_id", "fields", "deleted", "data"],
        "properties": {
            "id": key,
            "type": text,
            "version": {"type": "integer", "enum": [PAYLOAD_VERSION]},
            "occurred_at": {"type": "string", "format": "date-time"},
            "actor_id": {"type": ["string", "null"], "format": "uuid"},
            "object": text,
            "record_id": key,
            "fields": {"type": "array", "items": text, "description": "Which fields an edit changed"},
            "deleted": {"type": "boolean", "description": "The record is in the recycle bin now"},
            "data": {
                "anyOf": [data, {"type": "null"}],
                "description": "The record as it is when this is sent, as the endpoint's owner may see it; null when deleted",
            },
        },
    }
