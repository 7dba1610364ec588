"""Who holds a right, asked the other way round: from the right to the people."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from kemai.accounts.models import User


def people_holding(*permissions: str) -> QuerySet[User]:
    """Active people with one of these permissions at whatever scope, each once."""
    return User.objects.filter(
        is_active=True, deleted_at__isnull=True, role_links__role__grants__permission__in=permissions
    ).distinct()


def holders_of(*permissions: str) -> list[UUID]:
    """Their keys, in order of name."""
    return list(people_holding(*permissions).order_by("name_sort", "id").values_list("id", flat=True))
