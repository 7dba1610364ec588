"""Whom something can be opened to: a person, a department or a team. One list for shares, pools and views."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from kemai.accounts.models import Department, Team, User

KINDS: dict[str, Any] = {"user": User, "department": Department, "team": Team}


def grantee_exists(kind: object, key: UUID | None) -> bool:
    """Whether there is such a grantee now."""
    return kind in KINDS and key is not None and KINDS[kind].objects.filter(pk=key, deleted_at__isnull=True).exists()


def grantee_names(grantees: Iterable[tuple[str, UUID]]) -> dict[UUID, str]:
    """Names by key, one query a kind."""
    wanted = list(grantees)
    return {
        key: name
        for kind, model in KINDS.items()
        if any(k == kind for k, _ in wanted)
        for key, name in model.objects.filter(pk__in=[g for k, g in wanted if k == kind]).values_list("pk", "name")
    }
