"""``python -m bench N``: make the data unless it is there, measure, print, write bench/out/latest.json."""

from __future__ import annotations

import argparse
import json
import os
import pickle
import signal
import subprocess
import sys
import time
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from bench import place
from bench.measure import Figures, Pgbench, raw_request, run_load
from bench.report import HEAD, Row, compare_board, compare_growth, judge, line_of, write_result

PERSONAS = {"rep20": "rep20", "rep200": "rep200", "rep15000": "rep15000", "head": "head", "everything": "director"}
#: Moves when the generator makes other data; the tables' own shape is known from the migrations.
GENERATION = 4


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("size", type=int, nargs="?", default=100_000, help="customers (default 100,000)")
    parser.add_argument("--seconds", type=float, default=0.3, help="length of one turn")
    parser.add_argument("--turns", type=int, default=3, help="turns of product and floor per row")
    parser.add_argument(
        "--only", default="", help="rows whose name or persona contains one of these words, comma-separated"
    )
    parser.add_argument("--clients", default="1,8")
    parser.add_argument(
        "--fresh", action="store_true", help="make the data anew (after an applied migration was edited)"
    )
    parser.add_argument("--fill-only", action="store_true", help="make the data and stop")
    parser.add_argument("--no-import", action="store_true")
    arguments = parser.parse_args()
    # Ended from outside it still stops its servers and takes away what it wrote.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    place.prepare_environment(arguments.size)
    began = time.perf_counter()
    with place.cluster() as programs:
        _make_data(arguments.size, arguments.fresh)
        if arguments.fill_only:
            return
        import django  # noqa: PLC0415 -- reads the environment prepared above

        django.setup()
        with _cleaning():
            _measure(arguments, programs)
    say(
        f"{time.perf_counter() - began:.0f} s in all, on {os.cpu_count()} processors, load client and database included"
    )


def say(line: str) -> None:
    print(line, flush=True)


def _make_data(size: int, fresh: bool) -> None:
    """Data of this size, made once; kept data is brought to this version's tables by its migrations."""
    import psycopg  # noqa: PLC0415

    from kemai.config.env import get_env  # noqa: PLC0415
    from kemai.config.localdb import SUPERUSER  # noqa: PLC0415

    embedded = get_env().embedded
    assert embedded is not None
    word = f"generation {GENERATION}"
    with psycopg.connect(embedded.url_for(SUPERUSER, "postgres"), autocommit=True) as db:
        row = db.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'kemai'"
        ).fetchone()
        kept = not fresh and row is not None and row[0] == word
        if not kept:
            say(f"Making {size:,} customers …")
            db.execute("DROP DATABASE IF EXISTS kemai WITH (FORCE)")
            db.execute("CREATE DATABASE kemai OWNER kemai")
    for words in [["kemai.config.cli", "migrate"], *([] if kept else [["bench.fill", str(size)]])]:
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=place.ROOT, stdout=subprocess.DEVNULL if words[1] == "migrate" else None
        )
        if done.returncode:
            raise SystemExit(f"{words[0]} failed; --fresh makes the data anew.")
    if not kept:
        with psycopg.connect(embedded.url_for(SUPERUSER, "postgres"), autocommit=True) as db:
            db.execute(f"COMMENT ON DATABASE kemai IS '{word}'")


class _cleaning:
    """Whatever the measuring wrote goes again, so that the next run meets the same data."""

    def __enter__(self) -> None:
        from bench.generate import superuser  # noqa: PLC0415

        with superuser() as db:
            self.last = {t: db.execute(f"SELECT COALESCE(max(id), 0) FROM {t}").fetchone()[0] for t in self.counted}  # type: ignore[index]
            self.since = db.execute("SELECT now()").fetchone()[0]  # type: ignore[index]

    counted = ("base_auditevent", "base_audit_change", "base_outboxevent", "customers_ownershipchange")

    def __exit__(self, *_: object) -> None:
        from bench.generate import superuser  # noqa: PLC0415

        with superuser() as db:
            for table in ("activities_interaction", "activities_task", "customers_customer"):
                db.execute(f"DELETE FROM {table} WHERE created_at >= %s", [self.since])
            # What is kept beside the records would be met by the next run's rows: keys against doubles, pairs, the log's own.
            for table in ("platform_match_key", "platform_duplicate_pair"):
                one = "record_id" if table == "platform_match_key" else "one"
                db.execute(
                    f"DELETE FROM {table} k WHERE k.object = 'customers' "
                    f"AND NOT EXISTS (SELECT 1 FROM customers_customer c WHERE c.id = k.{one})"
                )
            db.execute("DELETE FROM platform_import WHERE created_at >= %s", [self.since])
            db.execute("TRUNCATE bench_bare")
            for table, last in self.last.items():
                db.execute(f"DELETE FROM {table} WHERE id > %s", [last])
            db.execute("VACUUM customers_customer")


def _sign_in(port: int, username: str) -> dict[str, str]:
    from bench.people import PASSWORD  # noqa: PLC0415

    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    base = f"http://{place.HOST}:{port}/api/v1"
    try:
        opener.open(f"{base}/me")
    except urllib.error.HTTPError:
        pass  # 401, and with it the CSRF cookie
    token = next(c.value for c in jar if c.name == "csrftoken") or ""
    body = json.dumps({"username": username, "password": PASSWORD}).encode()
    opener.open(
        urllib.request.Request(f"{base}/auth/login", body, {"Content-Type": "application/json", "X-CSRFToken": token})
    )
    return {c.name: c.value or "" for c in jar}


def _measure(arguments: argparse.Namespace, programs: Path) -> None:
    from bench.cases import make_cases  # noqa: PLC0415
    from bench.record import Recorder  # noqa: PLC0415
    from kemai.config.env import get_env  # noqa: PLC0415

    out = place.OUT
    floor_file = out / "floor.pickle"
    clients = [int(n) for n in arguments.clients.split(",")]
    with (
        place.serving(["kemai.config.cli", "web"], out / "web.log", "/healthz") as ours,
        place.serving(
            ["bench.floor_server"],
            out / "floor.log",
            "/healthz/0",
            FLOOR_FILE=str(floor_file),
            DJANGO_SETTINGS_MODULE="bench.floor_settings",
        ) as floor,
    ):
        people = {persona: Recorder(_sign_in(ours.port, username)) for persona, username in PERSONAS.items()}
        cases = make_cases(arguments.size, people)
        wanted = [w for w in arguments.only.split(",") if w]
        if wanted:
            cases = [c for c in cases if any(w in f"{c.name} {c.persona}" for w in wanted)]
        bare = _bare(cases, people)  # first: what it creates must be there before lists are recorded
        prepared = [_prepare(case, people[case.persona], ours.port, floor.port) for case in cases]
        recorded = {
            f"{c.name} {c.persona} {n}": s for c, p in zip(cases, prepared, strict=True) for n, s in p["floor"].items()
        }
        floor_file.write_bytes(pickle.dumps({**recorded, "insert": [[bare[1]]]}))
        pgbench = Pgbench(programs / "pgbench", get_env().database_url)
        say(HEAD)
        rows = []
        for case, ready in zip(cases, prepared, strict=True):
            ready["created"] = bare[0]
            for count in clients:
                row = _row(case, ready, count, arguments, ours, floor, pgbench)
                row.misses = judge(row)
                rows.append(row)
                say(line_of(row))
        cheap = next((n for n, c in enumerate(cases) if (c.name, c.persona) == ("list", "everything")), 0)
        self_test = _self_test(cases[cheap], prepared[cheap], floor.port) if cases else {}
        memory = {"web_mb": ours.memory_mb(), "floor_mb": floor.memory_mb()}
    from bench.imports import measure_import  # noqa: PLC0415 -- needs Django
    from bench.work import measure_bulk, measure_check, measure_recycling, measure_segment  # noqa: PLC0415

    if not wanted or "work" in wanted:
        for row in (
            measure_check(people["rep200"]),
            measure_segment(people["everything"]),
            *measure_bulk(people["rep15000"]),
        ):
            row.misses = judge(row)
            rows.append(row)
            say(line_of(row))
    if not wanted or "recycling" in wanted:
        for row in measure_recycling():
            rows.append(row)
            say(line_of(row))
    if not arguments.no_import and not wanted:
        row = measure_import(3_000)
        if row:
            rows.append(row)
            say(line_of(row))
    growth = compare_growth(rows, out / "result-100000.json") if arguments.size > 100_000 else []
    board = compare_board(rows)
    _conclude(rows, self_test, memory, growth, board)
    if not wanted:
        write_result(out, arguments.size, rows, self_test, {"memory": memory, "growth": growth, "board": board})


def _conclude(
    rows: list[Row], self_test: dict[str, Any], memory: dict[str, Any], growth: list[str], board: list[str]
) -> None:
    say(f"memory of the workers, MB: product {memory['web_mb']}, floor {memory['floor_mb']}")
    say(f"self test: {self_test}")
    missed = [f"{r.name} ({r.persona}, {r.clients}): {'; '.join(r.misses)}" for r in rows if r.misses]
    for title, lines in (
        ("missed", missed),
        ("slower than 1.5 times the 100,000 figure", growth),
        ("board slower than the list", board),
    ):
        for text in lines:
            say(f"  {title}: {text}")
    if not (missed or growth or board):
        say("every target is met")


def _prepare(case: Any, person: Any, our_port: int, floor_port: int) -> dict[str, Any]:
    """Record what the product does for each page, and turn both sides into bytes to send."""
    cookie = "; ".join(f"{k}={v}" for k, v in person.cookies.items())
    token = person.cookies["csrftoken"]
    ours, floor, recorded, same = [], [], {}, True
    for variant, page in enumerate(case.pages):
        our_page, floor_page = [], []
        for part, (method, path, body) in enumerate(page):
            data = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
            our_page.append(
                raw_request(our_port, method, path, data, Cookie=cookie, **({"X_CSRFToken": token} if data else {}))
            )
            if case.kind == "read":
                person.send(method, path, body)  # fills the caches a running server has full
                seen = person.send(method, path, body)
                if seen.status != 200:
                    raise SystemExit(
                        f"{case.name} ({case.persona}): {path} answered {seen.status}: {seen.body[:300]!r}"
                    )
                recorded.setdefault(part, []).append(seen)
                name = f"{case.name} {case.persona} {part}".replace(" ", "%20")
                floor_page.append(raw_request(floor_port, "GET", f"/{name}/{variant}"))
            else:
                floor_page.append(raw_request(floor_port, method, "/insert", data))
        ours.append(our_page)
        floor.append(floor_page)
    statements = {part: [r.statements for r in found] for part, found in recorded.items()}
    return {
        "ours": ours,
        "floor_pages": floor,
        "floor": statements,
        "recorded": recorded,
        "same": same,
        "person": person,
        "case": case,
    }


def _bare(cases: list[Any], people: dict[str, Any]) -> tuple[Any, Any]:
    """One created customer as the product does it, and its bare INSERT aimed at the table without triggers."""
    from bench.bare import bare_insert  # noqa: PLC0415
    from bench.load import UNIQUE, unique_word  # noqa: PLC0415

    case = next((c for c in cases if c.kind == "create"), None)
    if case is None:
        return None, None
    method, path, body = case.pages[0][0]
    seen = people[case.persona].send(
        method, path, {**body, "name": body["name"].replace(UNIQUE, unique_word().decode())}
    )
    if seen.status != 201:
        raise SystemExit(f"create answered {seen.status}: {seen.body[:300]!r}")
    return seen, bare_insert(seen.ids[0])


def _row(
    case: Any,
    ready: dict[str, Any],
    clients: int,
    arguments: argparse.Namespace,
    our_server: place.Server,
    floor_server: place.Server,
    pgbench: Pgbench,
) -> Row:
    from bench.bare import insert_text  # noqa: PLC0415
    from bench.record import as_text, big_scans  # noqa: PLC0415

    ours, floor, our_port, floor_port = Figures(), Figures(), our_server.port, floor_server.port
    # The first turn fills plan caches and connections and is not counted.
    run_load(our_port, ready["ours"], clients=clients, seconds=0.2)
    run_load(floor_port, ready["floor_pages"], clients=clients, seconds=0.2)
    for _ in range(arguments.turns):
        for figures, side, pages in ((floor, floor_server, ready["floor_pages"]), (ours, our_server, ready["ours"])):
            before = side.cpu_seconds()
            result = run_load(side.port, pages, clients=clients, seconds=arguments.seconds)
            figures.add(result, arguments.seconds, side.cpu_seconds() - before)
    if ours.errors or floor.errors:
        raise SystemExit(
            f"{case.name} ({case.persona}): {ours.errors} + {floor.errors} errors: {ours.first_error or floor.first_error}"
        )
    row = Row(
        case.name,
        case.persona,
        clients,
        ours.rps,
        ours.p50_ms,
        ours.p95_ms,
        floor.rps,
        floor.p50_ms,
        bytes=ours.bytes_each,
        kind=case.kind,
        cpu_ms=ours.cpu_ms,
        floor_cpu_ms=floor.cpu_ms,
    )
    if case.kind == "read":
        pages = [[s for part in ready["floor"] for s in ready["floor"][part][v]] for v in range(len(case.pages))]
        row.queries = max(len(p) for p in pages)
        row.db_rps = pgbench.run([[as_text(s) for s in p] for p in pages], clients=clients, seconds=arguments.seconds)
        row.same_ids = None if case.composed else _same_ids(ready, floor_port)
        row.scans = sorted({t for p in pages[:4] for s in p for t in big_scans(s)})
    else:
        row.queries = len(ready["created"].statements)
        row.db_rps = pgbench.run([[insert_text(ready["created"].ids[0])]], clients=clients, seconds=arguments.seconds)
    return row


def _same_ids(ready: dict[str, Any], floor_port: int) -> bool:
    """Whether the floor's rows are the records the product shows, in the same order (it asks for one more to know of a next page)."""
    from bench.floor import first_ids  # noqa: PLC0415

    for part, found in ready["recorded"].items():
        for variant, seen in enumerate(found):
            body = run_once(floor_port, ready["floor_pages"][variant][part])
            ids = seen.ids
            if ids and first_ids(body)[: len(ids)] != ids:
                return False
    return True


def run_once(port: int, request: bytes) -> bytes:
    from bench.load import Connection  # noqa: PLC0415

    link = Connection(place.HOST, port)
    try:
        return link.ask(request)[1]
    finally:
        link.socket.close()


def _self_test(case: Any, ready: dict[str, Any], floor_port: int) -> dict[str, Any]:
    """The judge judged: the floor with 50 ms of sleep must be noticed, the floor against itself must pass."""
    plain_page = ready["floor_pages"][0]
    slow_page = [r.replace(b" HTTP/1.1", b"?sleep=0.05 HTTP/1.1", 1) for r in plain_page]
    result = {}
    for name, page in (("slow_row_noticed", slow_page), ("equal_row_passes", plain_page)):
        misses = []
        for clients in (1, 8):
            tried, plain = Figures(), Figures()
            for _ in range(4):
                tried.add(run_load(floor_port, [page], clients=clients, seconds=0.4), 0.4)
                plain.add(run_load(floor_port, [plain_page], clients=clients, seconds=0.4), 0.4)
            row = Row(case.name, case.persona, clients, tried.rps, tried.p50_ms, tried.p95_ms, plain.rps, plain.p50_ms)
            misses.append(bool(judge(row)))
        result[name] = all(misses) if name == "slow_row_noticed" else not any(misses)
    return result


if __name__ == "__main__":
    main()
