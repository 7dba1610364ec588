"""What others know of our parts, and what our own source shows: advisories, dangerous calls, secrets left lying (S-13, S-15).

    python tools/audit.py    (`make audit`)

Ends with 0 when all is looked at and clean, 1 when something is found that ``docs/operations/advisories.toml`` does not explain, and 3
when nothing is found but a service did not answer: that part is not checked, and says so.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
EXPLAINED = ROOT / "docs" / "operations" / "advisories.toml"
#: Locks and generated files: hashes there are what they look like, and no secrets.
GENERATED = (r"requirements/.*\.txt$", r"package-lock\.json$", r"pinyin_table\.py$", r"antd\.css$")
#: Recognised forms of keys and tokens, private keys, addresses with passwords; and words assigned to what is called a secret.
FORMS = (
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "BasicAuthDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SendGridDetector",
    "SlackDetector",
    "StripeDetector",
    "TwilioKeyDetector",
)
WORDS = "KeywordDetector"
#: Passwords of made-up people, and sentences about passwords.
MADE_UP = re.compile(r"^(backend/tests|e2e|bench)/|/locales/")


@dataclass(slots=True)
class Report:
    """What came out of one look."""

    what: str
    found: list[str] = field(default_factory=list)
    unanswered: str = ""
    """Why it could not be looked at; empty where it could."""


def main() -> int:
    known = tomllib.loads(EXPLAINED.read_text())
    looks: list[Callable[[dict[str, Any]], Report]] = [secrets_left, dangerous_calls, python_parts, node_parts]
    reports = [look(known) for look in looks]
    for report in reports:
        said = f"NOT CHECKED: {report.unanswered}" if report.unanswered else "clean" if not report.found else "found"
        print("\n  ".join([f"{report.what}: {said}", *report.found]))
    if any(report.found for report in reports):
        return 1
    return 3 if any(report.unanswered for report in reports) else 0


def secrets_left(known: dict[str, Any]) -> Report:
    """Secrets in what git keeps, but for those named as none."""
    report = Report("Secrets in the repository")
    excused = {(one["file"], one["hash"]) for one in known.get("secret", ())}
    seen = set()
    for path, secret in scanned(tracked_files()):
        key = (path, secret.secret_hash[:16])
        seen.add(key)
        if key not in excused:
            report.found.append(f"{path}:{secret.line_number} {secret.type} ({secret.secret_hash[:16]})")
    report.found += [f"{path}: {key} is excused, but not there any more" for path, key in sorted(excused - seen)]
    return report


def scanned(paths: list[str]) -> SecretsCollection:
    """What the detectors see in these files of the repository."""
    collection = SecretsCollection(root=str(ROOT))
    for made_up in (True, False):
        detectors = FORMS if made_up else (*FORMS, WORDS)
        with transient_settings({"plugins_used": [{"name": name} for name in detectors]}):
            for path in paths:
                if bool(MADE_UP.search(path)) == made_up:
                    collection.scan_file(path)
    return collection


def tracked_files() -> list[str]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    skip = re.compile("|".join(GENERATED))
    return [name for name in names.split("\0") if name and not skip.search(name)]


def dangerous_calls(known: dict[str, Any]) -> Report:
    """Calls bandit holds for highly dangerous, in the product's own source."""
    report = Report("Dangerous calls (bandit, high)")
    done = run(BIN / "bandit", "-r", "backend/kemai", "-lll", "-f", "json", "-q")
    for one in json.loads(done.stdout)["results"]:
        report.found.append(f"{one['filename']}:{one['line_number']} {one['test_id']} {one['issue_text']}")
    return report


def python_parts(known: dict[str, Any]) -> Report:
    """Advisories about what the locks name, from the Python index."""
    report = Report("Advisories, Python (pip-audit)")
    for lock in ("base", "dev", "uv"):
        path = f"backend/requirements/{lock}.txt"
        done = run(
            BIN / "pip-audit", "-r", path, "--disable-pip", "--require-hashes", "-f", "json", "--progress-spinner=off"
        )
        try:
            parts = json.loads(done.stdout)["dependencies"]
        except ValueError:
            report.unanswered = first_line(done.stderr)
            return report
        if skipped := [p["name"] for p in parts if "skip_reason" in p]:
            report.unanswered = f"nothing is known of {', '.join(skipped[:5])}"
        found = ((p["name"], p["version"], v["id"]) for p in parts for v in p.get("vulns", ()))
        report.found += unexplained(known, found)
    return report


def node_parts(known: dict[str, Any]) -> Report:
    """Advisories about the front end's packages, high and critical, from the registry."""
    report = Report("Advisories, front end (npm audit)")
    done = run(BIN / "npm", "audit", "--json", "--audit-level=high", cwd=ROOT / "frontend")
    try:
        told = json.loads(done.stdout)
    except ValueError:
        told = {"message": done.stderr}
    if "vulnerabilities" not in told:
        report.unanswered = first_line(str(told.get("message", "")))
        return report
    found = (
        (name, facts.get("range", ""), via["url"].rsplit("/", 1)[-1])
        for name, facts in told["vulnerabilities"].items()
        for via in facts["via"]
        if isinstance(via, dict) and via["severity"] in ("high", "critical")
    )
    report.found += unexplained(known, found)
    return report


def unexplained(known: dict[str, Any], found: Iterable[tuple[str, str, str]]) -> list[str]:
    """Those advisories nobody explained, or whose explanation has run out."""
    today = date.today()
    explained = {one["id"] for one in known.get("advisory", ()) if one["until"] >= today}
    return [f"{name} {version}: {key}" for name, version, key in found if key not in explained]


def run(program: Path, *words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    return subprocess.run([str(program), *words], cwd=cwd, capture_output=True, text=True, env=environ)


def first_line(text: str) -> str:
    """How a program began to say what is wrong, in one line, without addresses."""
    lines = [line for line in text.splitlines() if line.strip()]
    return re.sub(r"https?://\S+|host='\S+", "…", lines[0])[:200] if lines else "no answer"


if __name__ == "__main__":
    sys.exit(main())
