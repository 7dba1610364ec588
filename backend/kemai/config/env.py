"""The environment, typed. This is the only module that reads ``os.environ``.

``get_env()`` is computed once in a process. Where no ``DATABASE_URL`` is given, the address of the embedded
server follows from the data folder alone, so that any process can name it while the server is down.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlsplit

PACKAGE_DIR = Path(__file__).resolve().parent.parent
BACKEND_DIR = PACKAGE_DIR.parent
SYSTEM_DIR = Path("/var/lib/kemai")
"""Where the embedded server lives when started by root: PostgreSQL itself refuses to run as root, and the user it
runs as instead may not be able to enter the folder Kemai was cloned into."""

DATABASE_ROLE = "kemai"
DATABASE_NAME = "kemai"
MIN_SECRET_LENGTH = 40
SOCKET_PATH_LIMIT = 100
"""The kernel takes 107 bytes for a socket's path, and PostgreSQL adds its own file name to the folder."""


class EnvironmentProblem(Exception):
    """A setting in the environment cannot be used; the text says which and what to write instead."""


@dataclass(frozen=True, slots=True)
class EmbeddedPlace:
    """Where the embedded server keeps its things. All of it follows from the data folder."""

    home: Path
    run_as_user: str | None
    """The system user that runs PostgreSQL when Kemai runs as root, else None."""
    archive: Path | None = None
    """Where its log is archived continuously, if anywhere."""

    @property
    def cluster(self) -> Path:
        return self.home / "data"

    @property
    def lock(self) -> Path:
        return self.home / "lock"

    @property
    def log(self) -> Path:
        return self.home / "postgresql.log"

    @property
    def binaries(self) -> Path:
        """Kept beside the data, one folder a version: an upgrade must read old data with the old programs."""
        return (SYSTEM_DIR if self.run_as_user else self.home) / "binaries"

    @property
    def socket_dir(self) -> Path:
        usual = self.home / "run"
        if len(str(usual).encode()) + len("/.s.PGSQL.5432") <= SOCKET_PATH_LIMIT:
            return usual
        digest = hashlib.sha256(str(usual).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"kemai-{os.getuid()}-{digest}"

    @property
    def url(self) -> str:
        return self.url_for(DATABASE_ROLE, DATABASE_NAME)

    def url_for(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_dir), safe='')}"


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything Kemai takes from outside. Figures the business tunes are parameters in the database instead."""

    data_dir: Path
    database_url: str
    database_direct_url: str
    """For workers, dispatcher and stream, which may not go through a transaction pooler."""
    replica_url: str
    """A hot standby that answers lists and reports where it is as far as the primary; empty: none (PLT-13)."""
    embedded: EmbeddedPlace | None
    """Set when Kemai runs its own PostgreSQL."""
    archive_days: int
    """Every moment of as many days can be restored from the continuous archive."""
    secret_key: str
    secret_key_fallbacks: list[str]
    debug: bool
    hosts: list[str]
    bind: str
    port: int
    public_url: str
    """The address people type; ``https`` here turns secure cookies and HSTS on."""
    trusted_proxies: list[str]
    demo: bool
    workers: int
    worker_concurrency: int
    reserve_mb: int
    """Room kept free on the data's volumes: below it nothing is written (F-4)."""
    job_lease_seconds: int
    """A worker process silent for this long is dead, and its job is taken up again within half as long (F-7)."""
    job_memory_mb: int
    """The most a job may take; 0 is no limit."""
    statement_seconds: int
    """The longest a single statement may run; 0 is for ever, which is what everything but the web wants."""
    log_level: str
    requests_per_minute: int
    """The general limit per caller and process; what is sensitive has exact limits of its own."""
    static_dir: Path

    @property
    def files_dir(self) -> Path:
        return self.data_dir / "files"

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def is_public(self) -> bool:
        """Whether others than this machine are meant to reach it."""
        return not (is_loopback(self.bind) and is_loopback(urlsplit(self.public_url).hostname or ""))


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read_environment(environ: Mapping[str, str]) -> Environment:
    """Build the environment from a mapping. Creates the data folder, and in it the secret key, when missing."""
    data_dir = Path(environ.get("KEMAI_DATA") or default_data_dir(environ)).expanduser().absolute()
    make_private_folder(data_dir)
    bind = environ.get("KEMAI_BIND") or "127.0.0.1"
    port = read_int(environ, "PORT", 8000, low=1, high=65535)
    public_url = (environ.get("KEMAI_URL") or f"http://{bind}:{port}").rstrip("/")
    database_url = environ.get("DATABASE_URL") or ""
    archive = Path(environ["KEMAI_ARCHIVE"]).expanduser().absolute() if environ.get("KEMAI_ARCHIVE") else None
    embedded = None if database_url else replace(embedded_place(data_dir), archive=archive)
    if embedded:
        database_url = embedded.url
    public = not (is_loopback(bind) and is_loopback(urlsplit(public_url).hostname or ""))
    return Environment(
        data_dir=data_dir,
        database_url=database_url,
        database_direct_url=environ.get("DATABASE_DIRECT_URL") or database_url,
        replica_url=environ.get("REPLICA_URL") or "",
        embedded=embedded,
        archive_days=read_int(environ, "KEMAI_ARCHIVE_DAYS", 14, low=1, high=3650),
        secret_key=environ.get("KEMAI_SECRET_KEY") or kept_secret(data_dir / "secret-key"),
        secret_key_fallbacks=read_list(environ, "KEMAI_SECRET_KEY_FALLBACKS"),
        debug=read_bool(environ, "KEMAI_DEBUG", False),
        hosts=read_list(environ, "KEMAI_HOSTS") or default_hosts(bind, public_url),
        bind=bind,
        port=port,
        public_url=public_url,
        trusted_proxies=read_list(environ, "KEMAI_TRUSTED_PROXIES"),
        # Demo people have a published password: an address others can reach must ask for them in so many words.
        demo=read_bool(environ, "DEMO", not public),
        workers=read_int(environ, "KEMAI_WORKERS", 2, low=1, high=64),
        worker_concurrency=read_int(environ, "KEMAI_JOBS", 2, low=1, high=64),
        reserve_mb=read_int(environ, "KEMAI_RESERVE_MB", 64, low=0, high=1_000_000),
        job_lease_seconds=read_int(environ, "KEMAI_JOB_LEASE_SECONDS", 30, low=2, high=36),
        job_memory_mb=read_int(environ, "KEMAI_JOB_MEMORY_MB", 1024, low=0, high=1_000_000),
        statement_seconds=read_int(environ, "KEMAI_STATEMENT_SECONDS", 5, low=0, high=3600),
        log_level=(environ.get("KEMAI_LOG_LEVEL") or "info").lower(),
        requests_per_minute=read_int(environ, "KEMAI_REQUESTS_PER_MINUTE", 3000, low=60, high=10_000_000),
        static_dir=PACKAGE_DIR / "static",
    )


_current: Environment | None = None


def get_env() -> Environment:
    """This process's environment, read once."""
    global _current
    if _current is None:
        _current = read_environment(os.environ)
    return _current


def use_env(env: Environment | None) -> None:
    """Go on with another environment (None: read it again). Only before Django is set up, which copies from it."""
    global _current
    _current = env


def child_environ(**changes: str) -> dict[str, str]:
    """This process's environment with changes, for a child process.

    A child keeps its compiled code whatever was said to us: two thousand modules compiled anew at every start and after
    every crash are most of what a start costs.
    """
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **changes}


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """``data`` beside a source checkout; for an installed package, the place the desktop standard names."""
    if (BACKEND_DIR / "pyproject.toml").exists():
        return BACKEND_DIR.parent / "data"
    base = environ.get("XDG_DATA_HOME") or str(Path(environ.get("HOME", "/")) / ".local" / "share")
    return Path(base) / "kemai"


def embedded_place(data_dir: Path) -> EmbeddedPlace:
    if os.geteuid() != 0:
        return EmbeddedPlace(home=data_dir / "db", run_as_user=None)
    # An id kept in the data folder, not a hash of its path: a deleted and recreated folder is a new installation
    # and must not meet the old one's tables; a moved one keeps them.
    instance = kept_secret(data_dir / "instance-id", length=8)
    return EmbeddedPlace(home=SYSTEM_DIR / f"db-{instance}", run_as_user="kemai")


def default_hosts(bind: str, public_url: str) -> list[str]:
    names = ["127.0.0.1", "localhost", "[::1]"]
    host = urlsplit(public_url).hostname
    if host and host not in (*names, "0.0.0.0", "::"):
        names.append(host)
    return names


def make_private_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentProblem(
            f"Cannot create the data folder {path}: {error.strerror}. Set KEMAI_DATA to a folder you may write."
        ) from error


def kept_secret(path: Path, *, length: int = 64) -> str:
    """The random word kept in ``path``, made on first use. Two processes at once get the same one."""
    try:
        if not path.exists():
            fresh = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(length // 2))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(fresh, path)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise EnvironmentProblem(f"Cannot read or create {path}: {error.strerror}.") from error


def read_bool(environ: Mapping[str, str], name: str, default: bool) -> bool:
    text = environ.get(name, "").strip().lower()
    if text == "":
        return default
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    raise EnvironmentProblem(f"{name} is {text!r}; write 1 or 0.")


def read_int(environ: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    text = environ.get(name, "").strip()
    if text == "":
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise EnvironmentProblem(f"{name} is {text!r}; write a whole number from {low} to {high}.")
    return int(text)


def read_list(environ: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in environ.get(name, "").split(",") if part.strip()]
