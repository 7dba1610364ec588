"""The state of safety as an administrator reads it: each line with how it stands, and what to do where it is not well."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from kemai.accounts.access import Actor
from kemai.base.parameters import Parameter, declare
from kemai.base.replica import standby_state
from kemai.config.archiving.line import ArchiveProblem
from kemai.config.archiving.state import archive_state
from kemai.config.env import Environment, get_env
from kemai.config.rules.safety import (
    Verdict,
    decide_archive,
    decide_backup,
    decide_repeated,
    decide_room,
    decide_standby,
)
from kemai.config.safety import words
from kemai.config.safety.notes import Deed, noted
from kemai.kit.clock import now
from kemai.kit.words import T

PERMISSION = "administration.safety.view"
WORST = ("bad", "poor", "good", "off")


def _parameter(code: str, default: int, label: T, help: T, maximum: int) -> Parameter:
    return declare(Parameter(f"safety.{code}", "int", default, label, words.GROUP, help, minimum=0, maximum=maximum))


BACKUP_HOURS = _parameter(
    "backup_hours",
    26,
    T("最近一次备份最多多少小时之前", "The last backup is at most so many hours old"),
    T(
        "超过就在“数据安全状态”中标红并提醒。0：不检查（用其他工具备份时）。",
        "Beyond it the state of safety says so and tells. 0: not looked at, where other tools make the backups.",
    ),
    24 * 90,
)
DRILL_DAYS = _parameter(
    "drill_days",
    100,
    T("恢复演练最多多少天一次", "A restore is tried every so many days"),
    T("用 kemai drill 演练。0：不检查。", "By kemai drill. 0: not looked at."),
    3650,
)
VERIFY_DAYS = _parameter(
    "verify_days",
    31,
    T("数据核对最多多少天一次", "The data is checked every so many days"),
    T("用 kemai verify 核对。0：不检查。", "By kemai verify. 0: not looked at."),
    3650,
)
STANDBY_SECONDS = _parameter(
    "standby_seconds",
    60,
    T("备库落后多少秒算异常", "A standby so many seconds behind is told of"),
    T(
        "落后期间由主库回答，看到的数据不会旧。",
        "While it is behind the primary answers, so nobody sees anything old.",
    ),
    86_400,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that keeps the data safe. ``fact``: figures for its words; ``at``: when it was last done, or how far it is."""

    code: str
    verdict: Verdict
    at: datetime | None = None
    fact: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        said = words.said(self.code, self.verdict.code)
        fact = self.fact or {}
        return {
            "code": self.code,
            "label": words.LABELS[self.code].to(),
            "state": self.verdict.state,
            "text": said.text.to(**fact),
            "remedy": said.remedy.to(**fact) if said.remedy else "",
            "at": self.at,
            "due": self.verdict.due,
        }


def safety_for(actor: Actor) -> dict[str, Any]:
    """All lines, as they are now; ``state`` is that of the worst."""
    actor.require(PERMISSION)
    lines = examine_safety(get_env())
    return {"state": worst(lines), "items": [line.to_json() for line in lines]}


def worst(lines: list[Line]) -> str:
    return min((line.verdict.state for line in lines), key=WORST.index)


def examine_safety(env: Environment) -> list[Line]:
    looks: tuple[Callable[[Environment], Line], ...] = (_backup, _drill, _verify, _archive, _standby, _room)
    return [look(env) for look in looks]


def _backup(env: Environment) -> Line:
    last, failed = noted(env.data_dir, "backup"), noted(env.data_dir, "backup-failed")
    broken = int(last.get("broken_files", 0))
    hours = BACKUP_HOURS.value()
    verdict = decide_backup(
        now=now(),
        last=last.get("at"),
        failed=failed.get("at"),
        broken_files=broken,
        within=timedelta(hours=hours) if hours else None,
    )
    fact = {"file": last.get("file", ""), "megabytes": round(last.get("bytes", 0) / 1e6, 1), "broken": broken}
    return Line("backup", verdict, last.get("at"), {**fact, "problem": failed.get("problem", "")})


def _drill(env: Environment) -> Line:
    return _repeated(env, "drill", DRILL_DAYS.value())


def _verify(env: Environment) -> Line:
    return _repeated(env, "verify", VERIFY_DAYS.value())


def _repeated(env: Environment, deed: Deed, days: int) -> Line:
    last = noted(env.data_dir, deed)
    verdict = decide_repeated(
        now=now(), last=last.get("at"), good=last.get("ok") is True, within=timedelta(days=days) if days else None
    )
    fact = {"source": last.get("source", ""), "seconds": last.get("seconds", 0), "problem": last.get("problem", "")}
    return Line(deed, verdict, last.get("at"), fact)


def _archive(env: Environment) -> Line:
    if env.embedded is None:
        return Line("archive", Verdict("off", "elsewhere"))
    if env.embedded.archive is None:
        return Line("archive", Verdict("off", "off"))
    try:
        state = archive_state(env, sized=False)
    except ArchiveProblem:
        return Line("archive", Verdict("bad", "away"), fact={"folder": env.embedded.archive})
    except psycopg.Error:
        return Line("archive", Verdict("poor", "unknown"))
    at = datetime.fromisoformat(state["last_archived"]) if state["last_archived"] else None
    fact = {"folder": state["folder"], "waiting": state["waiting"]}
    return Line("archive", decide_archive(now=now(), trouble=state["trouble"], archived=at), at, fact)


def _standby(env: Environment) -> Line:
    if not env.replica_url:
        return Line("standby", Verdict("off", "off"))
    found = standby_state()
    verdict = decide_standby(trouble=found.verdict, seconds=found.seconds_behind, limit=STANDBY_SECONDS.value())
    kilobytes, seconds = found.bytes_behind // 1000, round(found.seconds_behind, 1)
    return Line("standby", verdict, fact={"seconds": seconds, "kilobytes": kilobytes})


def _room(env: Environment) -> Line:
    """Of the volumes the data is on the one that is worst off."""
    places: list[Path] = [env.data_dir, *([env.embedded.home] if env.embedded else [])]
    reserve = env.reserve_mb * 1024 * 1024
    found = []
    for place in places:
        usage = shutil.disk_usage(place)
        verdict = decide_room(free=usage.free, total=usage.total, reserve=reserve)
        gigabytes = {"free": round(usage.free / 1e9, 1), "total": round(usage.total / 1e9, 1)}
        found.append(Line("room", verdict, fact={"place": place, **gigabytes}))
    return min(found, key=lambda line: WORST.index(line.verdict.state))
