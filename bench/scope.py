"""Whether somebody was shown what is not his: the written policy (ORG-2, POOL-1) as one statement of its own a kind of record.

It shares nothing with the product's predicate. What belongs to a customer may be seen by whoever sees the customer, which is a little
more than the product allows; so a row it names was shown wrongly beyond doubt.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

#: How far somebody sees who is not bound to what is his (bench.people).
SCOPES = {"director": "all", "head": "below"}

_REACH = """
WITH RECURSIVE me AS (SELECT id, department_id FROM accounts_user WHERE username = %(username)s),
below AS (
    SELECT department_id AS id FROM me WHERE %(role)s = 'below'
    UNION SELECT d.id FROM accounts_department d JOIN below b ON d.parent_id = b.id),
above AS (
    SELECT d.id, d.parent_id FROM accounts_department d JOIN me ON d.id = me.department_id
    UNION SELECT d.id, d.parent_id FROM accounts_department d JOIN above a ON d.id = a.parent_id),
pools AS (
    SELECT pool_id AS id FROM customers_poolmember
    WHERE member_id IN (SELECT id FROM me) OR member_id IN (SELECT id FROM above)),
shared AS (SELECT record_id AS id FROM accounts_recordshare WHERE grantee_id IN (SELECT id FROM me)),
moved AS (SELECT record_id AS id FROM customers_ownershipchange WHERE at >= %(since)s)
"""
_MINE = """(
    {t}.owner_id IN (SELECT id FROM me) OR {t}.department_id IN (SELECT id FROM below) OR {t}.id IN (SELECT id FROM shared))"""
_CUSTOMER = f"""({_MINE.format(t="c")} OR c.pool_id IN (SELECT id FROM pools) OR c.id IN (SELECT id FROM moved))"""
_TASK = """(
    t.assignee_id IN (SELECT id FROM me) OR t.created_by IN (SELECT id FROM me) OR t.department_id IN (SELECT id FROM below)
    OR t.id IN (SELECT id FROM shared))"""

#: object → the condition under which ``t`` (and its customer ``c``) may be shown.
_TABLES = {
    "customers": ("customers_customer", _CUSTOMER, "c.id = t.id"),
    "contacts": ("customers_contact", _CUSTOMER, "c.id = t.customer_id"),
    "opportunities": ("sales_opportunity", f"({_MINE.format(t='t')} OR {_CUSTOMER})", "c.id = t.customer_id"),
    "interactions": ("activities_interaction", f"({_MINE.format(t='t')} OR {_CUSTOMER})", "c.id = t.customer_id"),
    "tasks": ("activities_task", _TASK, "FALSE"),
}


def strangers(username: str, name: str, ids: set[str], since: datetime) -> list[str]:
    """Keys among ``ids`` that ``username`` should never have been shown; those who see everything are asked nothing."""
    role = SCOPES.get(username, "own")
    if role == "all" or not ids:
        return []
    table, condition, joined = _TABLES[name]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_REACH} SELECT s.id::text FROM unnest(%(ids)s::uuid[]) s (id) LEFT JOIN {table} t ON t.id = s.id "
            f"LEFT JOIN customers_customer c ON {joined} WHERE ({condition}) IS NOT TRUE",
            {"username": username, "role": role, "since": since, "ids": list(ids)},
        )
        return [row[0] for row in cursor.fetchall()]
