"""Who holds a right, asked the other way round: from the right to the people."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from kemai.accounts.models import DutySeparation, User, UserRole
from kemai.accounts.rules.duties import SHARED, owners_of


def people_holding(*permissions: str) -> QuerySet[User]:
    """Active people with one of these permissions at whatever scope, each once."""
    people = User.objects.filter(is_active=True, deleted_at__isnull=True)
    if not is_separate():
        return people.filter(role_links__role__grants__permission__in=permissions).distinct()
    found = Q(pk__in=[])
    for permission in permissions:
        found |= Q(role_links__role__grants__permission=permission) & _left(permission)
    return people.filter(found).distinct()


def _left(permission: str) -> Q:
    """Whom the separation of duties leaves a right, as :func:`~kemai.accounts.rules.duties.is_left_to` says of one person."""
    duty, owners = UserRole.objects.filter(user_id=OuterRef("pk")).exclude(duty=""), owners_of(permission)
    if permission in SHARED:
        return Q()
    return Q(~Exists(duty)) if owners is None else Q(Exists(duty.filter(duty__in=owners)))


def is_separate() -> bool:
    """Whether the duties of the three administrators are separate (ORG-9)."""
    return DutySeparation.objects.filter(on=True).exists()


def holders_of(*permissions: str) -> list[UUID]:
    """Their keys, in order of name."""
    return list(people_holding(*permissions).order_by("name_sort", "id").values_list("id", flat=True))
