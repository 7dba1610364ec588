"""Addresses of lists, so that a figure opens its records."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson


def list_path(object_name: str, filter_tree: dict[str, Any] | None = None, *, view: str = "", sort: str = "") -> str:
    """The in-app address of a list with a filter."""
    parts = []
    if view:
        parts.append(f"view={view}")
    if filter_tree:
        parts.append(f"filter={quote(orjson.dumps(filter_tree).decode())}")
    if sort:
        parts.append(f"sort={sort}")
    return f"/{object_name}" + (f"?{'&'.join(parts)}" if parts else "")


def leaf(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def leaf_or_none(field: str, value: Any) -> dict[str, Any]:
    """The field is this value; nothing at all where the value is empty."""
    return leaf(field, "eq", value) if value else leaf(field, "is_null", True)
