"""The audit's chain of seals (P-7): whoever changes, deletes, inserts or reorders rows of the past, even as the database's owner,
breaks a digest that later digests contain.

A job seals what is settled, a thousand rows to a block; the digest of a block holds that of the block before. Computing it in line,
row by row, would more than halve the rate of writes (decisions.md 10). The last digest goes to a file beside the database each time:
a chain made anew from the first altered block on does not fit the anchors written before.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from kemai.base.digests import TABLES, Broken, content_of
from kemai.base.erasures import LOCK, check_erasures, content_before_erasures
from kemai.base.models import AuditFence, AuditSeal
from kemai.kit.clock import now

BLOCK = 1000
START = bytes(32)
#: Before every key there can be: what is slipped in below the first row is an insertion, too.
BEFORE_ALL = -(2**63)


def seal_audit() -> int:
    """Seal what is settled by now and set the fence for the next round; returns the rows sealed. One at a time."""
    sealed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({LOCK})")
        if not cursor.fetchone()[0]:
            return 0
        for table in TABLES:
            sealed += _seal_table(table, _settled(table))
            _set_fence(table)
    if sealed:
        write_anchor()
    return sealed


def _settled(table: str) -> int:
    """The highest key below which nothing can appear any more: every transaction running when the fence was set has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT last_id FROM base_auditfence WHERE audited = %s AND pg_snapshot_xmin(pg_current_snapshot()) > running::xid8",
            [table],
        )
        row = cursor.fetchone()
    return row[0] if row else BEFORE_ALL


def _set_fence(table: str) -> None:
    with connection.cursor() as cursor:
        # Whoever holds a key up to this one has an older number than ours, or gets it within microseconds; rounds are minutes apart.
        cursor.execute(f"SELECT COALESCE(max(id), 0), pg_current_xact_id()::text FROM {table}")
        last, running = cursor.fetchone()
    AuditFence.objects.update_or_create(audited=table, defaults={"last_id": last, "running": running, "at": now()})


def _seal_table(table: str, settled: int) -> int:
    last = AuditSeal.objects.filter(audited=table).order_by("-last_id").first()
    began, before = (last.last_id, bytes(last.digest)) if last else (BEFORE_ALL, START)
    if settled <= began:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT max(r.id), count(*), {content_of(table)} FROM "
            f"(SELECT *, (row_number() OVER (ORDER BY id) - 1) / {BLOCK} AS block FROM {table} WHERE id > %s AND id <= %s) r "
            "GROUP BY r.block ORDER BY r.block",
            [began, settled],
        )
        blocks = cursor.fetchall()
    seals = []
    for number, (last_id, count, content) in enumerate(blocks):
        # The last block reaches up to the fence: what appears later below it is an insertion into the past.
        upto = settled if number == len(blocks) - 1 else last_id
        digest = _linked(before, count, bytes(content))
        seals.append(AuditSeal(audited=table, first_id=began + 1, last_id=upto, count=count, digest=digest, at=now()))
        began, before = upto, digest
    AuditSeal.objects.bulk_create(seals)
    return sum(s.count for s in seals)


def _linked(before: bytes, count: int, content: bytes) -> bytes:
    return hashlib.sha256(before + count.to_bytes(8, "big") + content).digest()


# ---------------------------------------------------------------- anchors and the check


def anchor_file() -> Path:
    """Lines of (time, table, last key, digest), only ever added to. Copies elsewhere are what an owner of this machine cannot alter."""
    return Path(settings.FILES_DIR).parent / "audit-anchors.jsonl"


def write_anchor() -> None:
    with anchor_file().open("a", encoding="utf-8") as out:
        for table in TABLES:
            last = AuditSeal.objects.filter(audited=table).order_by("-last_id").first()
            if last:
                line = {
                    "at": now().isoformat(),
                    "table": table,
                    "last_id": last.last_id,
                    "digest": bytes(last.digest).hex(),
                }
                out.write(json.dumps(line) + "\n")


def check_seals(anchors: Path | None = None) -> list[Broken]:
    """Every block that does not hold what was sealed, and every anchor the chain no longer goes through. About 4 s a million rows."""
    found = [broken for table in TABLES for broken in _check_table(table)]
    return found + check_erasures() + _check_anchors(anchors or anchor_file())


def _check_table(table: str) -> list[Broken]:
    found, before, expected = [], START, BEFORE_ALL + 1
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.first_id, s.last_id, s.count, s.digest, b.n, b.content FROM base_auditseal s CROSS JOIN LATERAL "
            f"(SELECT count(*) AS n, {content_of(table)} AS content FROM {table} r WHERE r.id BETWEEN s.first_id AND s.last_id) b "
            "WHERE s.audited = %s ORDER BY s.last_id",
            [table],
        )
        for first, last, count, digest, there, content in cursor.fetchall():
            if first != expected:
                found.append(Broken(table, expected, first - 1, "a seal is missing"))
            elif there != count:
                found.append(Broken(table, first, last, f"{count} rows were sealed, {there} are there"))
            elif bytes(digest) != _linked(before, count, bytes(content)) and bytes(digest) != _linked(
                before,
                count,
                content_before_erasures(table, first, last),  # asked only of blocks that were erased from
            ):
                found.append(Broken(table, first, last, "rows were changed"))
            before, expected = bytes(digest), last + 1
    return found


def _check_anchors(file: Path) -> list[Broken]:
    if not file.exists():
        return []
    seals = {
        (s.audited, s.last_id): bytes(s.digest).hex()
        for s in AuditSeal.objects.only("audited", "last_id", "digest").iterator()
    }
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        anchor = json.loads(line)
        if seals.get((anchor["table"], anchor["last_id"])) != anchor["digest"]:
            found.append(
                Broken(
                    anchor["table"], anchor["last_id"], anchor["last_id"], f"not the seal anchored at {anchor['at']}"
                )
            )
    return found
