"""The table, the targets, and bench/out/latest.json in contract.md's shape."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

#: What the first milestone asks for at 100,000 customers (docs/operations/performance.md).
READ_RATIO = 0.60
READ_OVER_FLOOR_MS = 2.5
CREATE_RATIO = 0.25
GROWTH = 1.5


@dataclass(slots=True)
class Row:
    """One line of the table."""

    name: str
    persona: str
    clients: int
    rps: float
    p50_ms: float
    p95_ms: float
    floor_rps: float = 0.0
    floor_p50_ms: float = 0.0
    db_rps: float = 0.0
    queries: int = 0
    bytes: int = 0
    cpu_ms: float = 0.0
    floor_cpu_ms: float = 0.0
    kind: str = "read"
    same_ids: bool | None = None
    scans: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return self.rps / self.floor_rps if self.floor_rps else 0.0


def judge(row: Row) -> list[str]:
    """Which targets a row misses, in words."""
    found = []
    if row.kind == "read" and row.floor_rps:
        if row.clients > 1 and row.ratio < READ_RATIO:
            found.append(f"{row.ratio:.0%} of the floor")
        if row.clients == 1 and row.p50_ms > row.floor_p50_ms + READ_OVER_FLOOR_MS:
            found.append(f"p50 {row.p50_ms - row.floor_p50_ms:.1f} ms over the floor")
    if row.kind == "create" and row.clients > 1 and row.ratio < CREATE_RATIO:
        found.append(f"{row.ratio:.0%} of the bare insert")
    if row.same_ids is False:
        found.append("other records than the floor")
    if row.scans:
        found.append(f"sequential scan: {', '.join(row.scans)}")
    return found


HEAD = f"{'row':<26}{'persona':<12}{'clients':>7}{'req/s':>9}{'p50 ms':>8}{'p95 ms':>8}{'floor/s':>9}{'p50':>7}{'ratio':>7}{'cpu ms':>8}{'floor':>7}{'db/s':>8}{'SQL':>5}{'bytes':>8}  "


def line_of(row: Row) -> str:
    ratio = f"{row.ratio:.0%}" if row.floor_rps else ""
    return (
        f"{row.name:<26}{row.persona:<12}{row.clients:>7}{row.rps:>9.0f}{row.p50_ms:>8.2f}{row.p95_ms:>8.2f}{row.floor_rps:>9.0f}"
        f"{row.floor_p50_ms:>7.2f}{ratio:>7}{row.cpu_ms:>8.2f}{row.floor_cpu_ms:>7.2f}{row.db_rps:>8.0f}{row.queries:>5}{row.bytes:>8}  {'; '.join(row.misses)}"
    )


def compare_growth(rows: list[Row], smaller: Path) -> list[str]:
    """Rows whose time grew by more than GROWTH against the smaller size's kept result; the board against the list as well."""
    if not smaller.exists():
        return []
    known = {
        (r["name"], r["persona"]): r["p50_ms"] for r in json.loads(smaller.read_text())["rows"] if r["clients"] == 1
    }
    found = []
    for row in rows:
        before = known.get((row.name, row.persona))
        if row.clients == 1 and row.kind == "read" and before and row.p50_ms > before * GROWTH:
            found.append(f"{row.name} ({row.persona}): {before:.2f} → {row.p50_ms:.2f} ms")
    return found


def compare_board(rows: list[Row]) -> list[str]:
    """The board (four columns of twelve cards) is to be as fast as a list (fifty rows) of the same records."""
    lists = {r.persona: r.p50_ms for r in rows if r.name == "opportunities" and r.clients == 1}
    return [
        f"board ({r.persona}): {r.p50_ms:.2f} ms, the list {lists[r.persona]:.2f} ms"
        for r in rows
        if r.name == "board" and r.clients == 1 and r.persona in lists and r.p50_ms > lists[r.persona]
    ]


def write_result(out: Path, size: int, rows: list[Row], self_test: dict[str, Any], extra: dict[str, Any]) -> None:
    """latest.json, and a copy by size for later comparison."""
    shown = [
        {
            "name": r.name,
            "persona": r.persona,
            "clients": r.clients,
            "rps": round(r.rps, 1),
            "p50_ms": round(r.p50_ms, 3),
            "p95_ms": round(r.p95_ms, 3),
            "floor_rps": round(r.floor_rps, 1),
            "floor_p50_ms": round(r.floor_p50_ms, 3),
            "db_rps": round(r.db_rps, 1),
            "queries": r.queries,
            "bytes": r.bytes,
            "cpu_ms": round(r.cpu_ms, 3),
            "floor_cpu_ms": round(r.floor_cpu_ms, 3),
            "same_ids": r.same_ids,
            "misses": r.misses,
        }
        for r in rows
    ]
    text = json.dumps({"size": size, "self_test": self_test, "rows": shown, **extra}, ensure_ascii=False, indent=1)
    (out / "latest.json").write_text(text + "\n")
    (out / f"result-{size}.json").write_text(text + "\n")


@dataclass(frozen=True, slots=True)
class Line:
    """A figure beside its target."""

    what: str
    figure: str
    target: str
    met: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def told(lines: list[Line]) -> list[Line]:
    """The same lines, printed."""
    for line in lines:
        print(f"{'  ' if line.met else '✗ '}{line.what:<52}{line.figure:>34}   {line.target}", flush=True)
    return lines


def conclude(lines: list[Line]) -> None:
    """The last word: how many targets were missed."""
    missed = sum(not line.met for line in lines)
    print(f"{missed} of {len(lines)} targets missed" if missed else "every target is met", flush=True)
