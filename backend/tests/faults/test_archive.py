"""F-10, ORG-11: what a machine lost with its disk costs when the continuous archive is on; ``make nightly``."""

from __future__ import annotations

import json
import shutil
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kemai.config.archiving.folder import ArchiveFolder
from kemai.config.processes import wait_until
from tests.database import cluster_root
from tests.faults.ledger import Work
from tests.faults.system import harmed, kill

pytestmark = [pytest.mark.nightly, pytest.mark.xdist_group("faults")]
PROMISED = 60


def test_a_lost_disk_costs_less_than_a_minute(tmp_path: Path) -> None:
    """Writes go on through the API, everything is killed and the cluster is gone: the archive brings back all but the last seconds."""
    root = cluster_root() / f"rpo-{uuid.uuid4().hex[:8]}"
    root.mkdir(mode=0o755, parents=True)
    try:
        with harmed(tmp_path / "data", KEMAI_ARCHIVE=str(root)) as system:
            assert wait_until(lambda: bool(list(ArchiveFolder(root).bases())), 60), system.last_words()
            with Work(system) as work:
                time.sleep(75)
                lost_at = datetime.now(UTC)
                postmaster = system.postmaster()
                assert system.process is not None
                kill(system.process.pid)
                kill(postmaster)  # at once: asked to end, it would still archive the rest
                system.kill()
                assert wait_until(lambda: not Path(f"/proc/{postmaster}").exists(), 30)
                shutil.rmtree(system.place.cluster)
                work.stop.set()
            done = system.command("restore", str(root), "--json")
            assert done.returncode == 0, done.stderr
            found = json.loads(done.stdout)
            cost = (lost_at - datetime.fromisoformat(found["reached"])).total_seconds()
            system.start()
            system.wait()
            kept = system.number(
                "SELECT count(*) FROM customers_customer WHERE name LIKE %s", f"台账{work.ledger.word}%"
            )
            print(
                f"F-10: {kept} of {len(work.ledger.created)} customers kept, RPO {cost:.0f} s, RTO {found['seconds']} s"
            )
            assert 0 < cost <= PROMISED and kept > 0 and found["ok"]
    finally:
        shutil.rmtree(root, ignore_errors=True)
