"""The bare insert that a create is measured against: one created customer's own row, into a table without triggers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from kemai.customers.models import Customer


def bare_insert(key: str) -> tuple[str, dict[str, Any]]:
    """The INSERT of the record ``key`` as Django would bind it, with a new key each time."""
    fields = [f for f in Customer._meta.concrete_fields if f.column != "id"]
    row = Customer._base_manager.filter(pk=UUID(key)).values_list(*(f.attname for f in fields)).get()
    params = {f.column: Jsonb(v) if isinstance(v, dict) else v for f, v in zip(fields, row, strict=True)}
    columns = ", ".join(params)
    places = ", ".join(f"%({c})s::{f.db_type(connection)}" for f, c in zip(fields, params, strict=True))
    return f"INSERT INTO bench_bare (id, {columns}) VALUES (uuidv7(), {places}) RETURNING id", params


def insert_text(key: str) -> str:
    """The same for pgbench, where the database makes the name unique itself."""
    columns = [f.column for f in Customer._meta.concrete_fields if f.column not in ("id", "unique_key", "credit_code")]
    listed = ", ".join(columns)
    return (
        f"INSERT INTO bench_bare (id, unique_key, credit_code, {listed}) SELECT uuidv7(), 'c:' || uuidv7(), '', {listed} "
        f"FROM customers_customer WHERE id = '{UUID(key)}'"
    )
