"""``python -m bench.trust N``: how long the audit's check, the report after a leak and an erasure take at size (P-7, P-9, P-4).

Beside the N customers of ``python -m bench N --fill-only`` stands an audit of ROWS acts and as many changes, sealed. The persons it erases
are gone from the data afterwards; the audit is taken out again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bench import place

ROWS = 500_000
"""Of each of the audit's two tables: a million together."""
ERASED = 3

#: A year of acts: most are edits, one in fifty shows a masked value, one in five thousand is an export of 200 persons.
_EVENTS = """
INSERT INTO base_auditevent (at, actor_id, actor_name, action, object, record_id, reason, data, address, request_id)
SELECT now() - (n * interval '60 seconds'), u.id, u.username, CASE WHEN n %% 5000 = 0 THEN 'export' WHEN n %% 50 = 0 THEN 'reveal' ELSE 'update' END,
    'contacts', c.id, CASE WHEN n %% 50 = 0 THEN '回访客户，核对号码' ELSE '' END,
    CASE WHEN n %% 5000 = 0 THEN '{"rows": 200, "fields": ["name", "phone"]}'::jsonb WHEN n %% 50 = 0 THEN '{"field": "phone"}'::jsonb END,
    '10.1.2.3', md5(n::text)
FROM generate_series(1, %(rows)s) n
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS k FROM customers_contact ORDER BY id LIMIT 50000) c ON c.k = n %% 50000 + 1
JOIN (SELECT id, username, row_number() OVER (ORDER BY id) AS k FROM accounts_user ORDER BY id LIMIT 10) u ON u.k = n %% 10 + 1
"""
_CHANGES = """
INSERT INTO base_audit_change (event_id, object, record_id, op, diff, at)
SELECT e.id, 'contacts', e.record_id, 'U', jsonb_build_object('phone', jsonb_build_array('1380000' || e.id %% 10000, '1390000' || e.id %% 10000),
    'remark', jsonb_build_array('', '客户说下周再谈，先寄一份样品')), now()
FROM base_auditevent e WHERE e.id > %(last)s
"""
_EXPORTED = """
INSERT INTO platform_exportedrecords (event_id, record_ids)
SELECT e.id, ARRAY(SELECT id FROM customers_contact ORDER BY id OFFSET e.id %% 1000 LIMIT 200) FROM base_auditevent e
WHERE e.id > %(last)s AND e.action = 'export'
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.trust", description=__doc__)
    parser.add_argument("size", type=int, nargs="?", default=100_000, help="customers, filled before (default 100,000)")
    size = parser.parse_args().size
    place.prepare_environment(size)
    os.environ["KEMAI_STATEMENT_SECONDS"] = "0"  # as commands and jobs have it
    with place.cluster():
        import django  # noqa: PLC0415 -- reads the environment prepared above

        django.setup()
        from bench.generate import superuser  # noqa: PLC0415

        with superuser() as db:
            last = plant(db)
            try:
                measure(db)
            finally:
                for table in ("base_auditseal", "base_auditfence", "base_auditerasure"):
                    db.execute(f"DELETE FROM {table}")
                db.execute("DELETE FROM base_auditevent WHERE id > %s", [last])
                db.execute("DELETE FROM base_audit_change WHERE event_id > %s", [last])
                db.execute("DELETE FROM platform_exportedrecords WHERE event_id > %s", [last])


def plant(db: Any) -> int:
    """The audit of a year, sealed; returns the last key before it."""
    from kemai.base.seals import anchor_file, seal_audit  # noqa: PLC0415

    anchor_file().unlink(missing_ok=True)
    last = int(db.execute("SELECT COALESCE(max(id), 0) FROM base_auditevent").fetchone()[0])
    values = {"rows": ROWS, "last": last}
    for statement in (_EVENTS, _CHANGES, _EXPORTED):
        db.execute(statement, values)
    for table in ("base_auditevent", "base_audit_change", "platform_exportedrecords"):
        db.execute(f"VACUUM ANALYZE {table}")
    seal_audit()
    sealed, took = timed(seal_audit)
    say(f"sealed {sealed:,} rows of the audit", took)
    return last


def measure(db: Any) -> None:
    from kemai.accounts.access import SystemActor  # noqa: PLC0415
    from kemai.base.seals import check_seals  # noqa: PLC0415
    from kemai.config.verify import run_checks  # noqa: PLC0415
    from kemai.kit.clock import now  # noqa: PLC0415
    from kemai.privacy.selectors.exposed import Span, exposures, told  # noqa: PLC0415
    from kemai.privacy.services.erase import erase_person  # noqa: PLC0415
    from kemai.privacy.services.person import find_person  # noqa: PLC0415

    broken, took = timed(check_seals)
    assert not broken, broken[0]
    say("P-7: the audit's check", took)
    findings, took = timed(run_checks)
    say(f"P-7: kemai verify, {len(findings)} checks", took)
    for row in findings:
        if not row["ok"]:
            print(f"     does not hold: {row['check']}, {row['remedy']}")
    year = Span(now() - timedelta(days=400), now())
    found, took = timed(lambda: told(exposures(year), None))
    say(
        f"P-9: kemai exposed over all, {len(found):,} occasions, {sum(len(row['records']) for row in found):,} persons",
        took,
    )
    keys = [row[0] for row in db.execute("SELECT id FROM customers_contact ORDER BY id LIMIT %s", [ERASED]).fetchall()]
    one = Span(year.start, year.end, keys[0])
    found, took = timed(lambda: told(exposures(one), None))
    say(f"P-9: kemai exposed of one person, {len(found):,} occasions", took)
    for key in keys:
        outcome, took = timed(
            lambda k=key: erase_person(SystemActor("bench"), find_person("contacts", k), content=True)
        )
        say(f"P-4: erasing a contact, {outcome.rows} rows and {outcome.audit} of the audit", took)
    broken, took = timed(check_seals)
    assert not broken, broken[0]
    say("P-7: the audit's check after the erasures", took)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def say(what: str, seconds: float) -> None:
    print(f"{what}: {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
