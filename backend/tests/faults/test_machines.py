"""PLT-13, ORG-11: many machines, and the loss of one. The files of ``deploy/`` are what is tested; ``make nightly``."""

from __future__ import annotations

import json
import shutil
import time
import urllib.request

import pytest

from tests.faults.ledger import Work, judge
from tests.faults.machines import Machines, machines

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.xdist_group("faults"),
    pytest.mark.skipif(
        not (shutil.which("nginx") and shutil.which("pgbouncer")), reason="apt-get install nginx-light pgbouncer"
    ),
]
PROMOTED_SECONDS = 30


def test_a_lost_primary_costs_no_acknowledged_write() -> None:
    """Two web processes behind nginx and PgBouncer under mixed writes: one web killed, then the primary; its standby goes on."""
    with machines() as system:
        with Work(system) as work:  # type: ignore[arg-type]
            work.again()
            time.sleep(3)
            stream_tells(system)
            system.end("web2")
            work.again()
            before = work.ledger.count
            system.kill_primary()
            time.sleep(1)
            system.promote()
            took = work.again()
            time.sleep(5)
        print(
            f"PLT-13: {before} writes acknowledged before the primary was lost, {work.ledger.count} in all; writing again {took:.1f} s after the promotion"
        )
        assert before > 20 and took < PROMOTED_SECONDS
        assert work.ledger.unanswered + work.ledger.busy, "nobody noticed the loss"
        judge(work)
        jobs_go_on(system)


def stream_tells(system: Machines) -> None:
    """The event stream through nginx, unbuffered."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{system.port}/api/v1/stream", headers={"Cookie": "kemai_session=session-of-rep-in-the-tests"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.readline()


def jobs_go_on(system: Machines) -> None:
    """A worker whose database goes away ends, and its unit starts it again on the new primary: /readyz asks for its heartbeat."""
    end = time.monotonic() + 90
    system.restart_dead()
    while system.status("/readyz") != 200:
        assert time.monotonic() < end, system.last_words()
        time.sleep(0.5)
        system.restart_dead()
    assert json.loads(system.command("doctor", "--json").stdout)["checks"]
