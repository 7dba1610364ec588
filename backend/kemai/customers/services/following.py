"""What follows a customer carries its holder (decision 006): whenever a customer changes hands, everything of it does."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from kemai.customers.models import Held

_followers: list[type[Held]] = []


def follow_customers(*models: type[Held]) -> None:
    """Register tables whose holder columns follow their customer's owner (extension point of this domain)."""
    _followers.extend(models)


def followers() -> list[type[Held]]:
    """The registered tables."""
    return list(_followers)


def hold_children(customer_ids: list[UUID]) -> None:
    """Give everything that follows these customers their present holder, where it has another, inside the transaction that moved them."""
    with connection.cursor() as cursor:
        for model in _followers:
            cursor.execute(
                f"UPDATE {model._meta.db_table} f SET holder_id = c.owner_id, holder_department_id = c.department_id FROM customers_customer c "
                "WHERE c.id = f.customer_id AND c.id = ANY(%s) AND (f.holder_id, f.holder_department_id) IS DISTINCT FROM (c.owner_id, c.department_id)",
                [customer_ids],
            )
