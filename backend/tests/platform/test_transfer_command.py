"""contract.md: ``kemai import``, ``import undo`` and ``export``; F-3: kill -9 in the middle, in a process of its own."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kemai.base.models import AuditChange, Operation
from kemai.config.env import BACKEND_DIR, child_environ
from kemai.customers.models import Customer
from kemai.kit.errors import KemaiError
from kemai.kit.spreadsheet.reader import read_rows
from kemai.platform.models import Import
from kemai.platform.transfer import cli
from tests.platform.sheets import credit_code, write, xlsx
from tests.world import World

HEAD = ["客户名称", "信用代码", "电话"]


def sheet(count: int) -> bytes:
    return xlsx([HEAD, *[[f"命令第{n}号贸易公司", credit_code(n), f"136{n:08d}"] for n in range(count)]])


def test_dry_run_import_and_undo(world: World, tmp_path: Path) -> None:
    rows = [HEAD, ["命令一公司", "", "13611110000"], ["", "", "13611110001"]]
    path = write(tmp_path / "客户.xlsx", xlsx(rows))
    dry = cli.import_file(object_name="customers", path=path, username="rep", mode="create", dry_run=True)
    assert (dry["created"], dry["updated"], dry["failed"]) == (1, 0, 1)
    assert not Customer.objects.filter(name="命令一公司").exists()
    done = cli.import_file(object_name="customers", path=path, username="rep", mode="create")
    assert set(done) == {"id", "created", "updated", "failed", "seconds", "error_file"}
    assert (done["created"], done["updated"], done["failed"]) == (1, 0, 1)
    assert list(read_rows(Path(done["error_file"])))[1][:3] == [None, None, "13611110001"]
    json.dumps(done)
    undone = cli.undo_import(import_id=done["id"], username="rep")
    assert (undone["undone"], undone["failed"]) == (1, 0)
    assert not Customer.objects.filter(name="命令一公司", deleted_at__isnull=True).exists()


def test_export_with_and_without_a_person(world: World, tmp_path: Path) -> None:
    mine = cli.export_file(object_name="customers", path=tmp_path / "a.csv", username="rep")
    everything = cli.export_file(object_name="customers", path=tmp_path / "b.xlsx")
    assert mine["rows"] < everything["rows"] == Customer.objects.filter(deleted_at__isnull=True).count()
    one = cli.export_file(
        object_name="customers",
        path=tmp_path / "c.xlsx",
        username="rep",
        filter_tree={"field": "name", "op": "eq", "value": "金丝雀mine客户"},
    )
    assert one["rows"] == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"object_name": "customers", "username": "ghost"},
        {"object_name": "nothing", "username": "rep"},
        {"object_name": "customers", "username": "finance"},
        {"object_name": "interactions", "username": "rep", "mode": "update"},
    ],
)
def test_refusals_are_one_line(world: World, tmp_path: Path, asked: dict[str, Any]) -> None:
    path = write(tmp_path / "x.xlsx", sheet(2))
    with pytest.raises(KemaiError) as refused:
        cli.import_file(path=path, **asked)
    assert refused.value.detail()


@pytest.mark.slow
def test_kill_nine_and_start_again(committed_world: World, race_db: Callable[..., Any], tmp_path: Path) -> None:
    """The process is killed at random moments; started again with the same file, every row is there exactly once."""
    count = 4_000
    path = write(tmp_path / "big.xlsx", sheet(count))
    words = [sys.executable, "-m", "kemai.config.cli", "import", "customers", str(path), "--as", "rep", "--json"]
    dice, kills, done = random.Random(3), 0, None
    for _ in range(12):
        child = subprocess.Popen(
            words, cwd=BACKEND_DIR, env=child_environ(PYTHONPATH=str(BACKEND_DIR)), stdout=subprocess.PIPE, text=True
        )
        if kills < 4:
            wait_for(child, rows=kills * 700 + 300)
            time.sleep(dice.random() * 0.2)
            child.send_signal(signal.SIGKILL)
        out, _ = child.communicate(timeout=120)
        if child.returncode == 0:
            done = json.loads(out)
            break
        kills += 1
    assert done is not None and kills >= 2
    assert (done["created"], done["failed"]) == (count, 0)
    assert Customer.objects.filter(name__startswith="命令第").count() == count
    events = Operation.objects.get(pk=done["id"]).events
    assert AuditChange.objects.filter(event_id__in=events, object="customers_customer", op="I").count() == count
    assert Import.objects.get(pk=done["id"]).state == "done"


def placed() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_customer WHERE name LIKE '命令第%%'")
        return int(cursor.fetchone()[0])


def wait_for(child: subprocess.Popen[str], *, rows: int) -> None:
    """Until so many rows are placed, or the child has ended by itself."""
    until = time.monotonic() + 60
    while placed() <= rows and child.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
