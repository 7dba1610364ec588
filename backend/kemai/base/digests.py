"""What an audit row says, as a digest that the same row always gives: what seals and erasures are made of (P-7)."""

from __future__ import annotations

from dataclasses import dataclass

#: What a row says, as text that the same row always gives, whatever the session's zone and settings.
_TOLD = {
    "base_auditevent": "jsonb_build_array(r.id, (extract(epoch FROM r.at) * 1000000)::bigint, r.actor_id, r.actor_name, r.action, "
    "r.object, r.record_id, r.reason, r.data, r.address, r.request_id)",
    "base_audit_change": "jsonb_build_array(r.id, (extract(epoch FROM r.at) * 1000000)::bigint, r.event_id, r.object, r.record_id, r.op, r.diff)",
}
TABLES = tuple(_TOLD)


def row_digest(table: str) -> str:
    """SQL for the digest of a row ``r``."""
    return f"sha256(convert_to(({_TOLD[table]})::text, 'UTF8'))"


def content_of(table: str, digest: str = "") -> str:
    """SQL for the digest of rows ``r`` of a block, in their order."""
    return f"sha256(COALESCE(string_agg({digest or row_digest(table)}, ''::bytea ORDER BY r.id), ''::bytea))"


@dataclass(frozen=True, slots=True)
class Broken:
    """A block that is not what was sealed."""

    table: str
    first_id: int
    last_id: int
    why: str
