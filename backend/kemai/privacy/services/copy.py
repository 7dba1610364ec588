"""A person's copy of his data (P-5): one archive with everything about him, to be read by machines (JSON) and by himself (HTML), with
the files hung on his records, and nothing of anybody else."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import orjson
from django.db import connection

from kemai.accounts.sessions import actor_of
from kemai.base import audit, files
from kemai.base.erasures import MARK
from kemai.base.jobs import JobRun, job_kind
from kemai.base.parameters import Parameter, declare
from kemai.base.privacy import derived_columns, personal_columns
from kemai.kit.clock import now
from kemai.kit.words import T, language
from kemai.platform.objects.declare import Field, ObjectType, get_object
from kemai.platform.objects.types import Department, File, Reference, User
from kemai.platform.transfer.faults import stored
from kemai.privacy.models import SubjectRequest
from kemai.privacy.services.footprint import Trace, traces
from kemai.privacy.services.found_files import files_of
from kemai.privacy.services.person import Person, find_person, named, pattern_of
from kemai.privacy.services.requests import GROUP, settle_job

KEEP_DAYS = declare(
    Parameter(
        "privacy.copy_days",
        "int",
        7,
        T("个人信息副本保留天数", "A person's copy is kept for (days)"),
        GROUP,
        minimum=1,
        maximum=30,
    )
)
NAME = T("个人信息副本", "Copy of personal data")
WORDS = {
    "made": T("生成时间", "Made at"),
    "about": T("本人资料", "About yourself"),
    "related": T("与您有关的记录", "Records that have to do with you"),
    "history": T("修改历史", "History"),
    "files": T("附件见压缩包 files 文件夹", "Files are in the folder “files” of the archive"),
    "note": T(
        "其中他人的姓名和联系方式已略去（***）。机器可读的同一内容在 data.json。",
        "Names and numbers of other people are left out (***). data.json has the same for machines.",
    ),
    "nothing": T("没有", "None"),
}
#: Numbers and addresses that are not his own are somebody else's.
_STRANGERS = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Strangers:
    """How other people are crossed out: what names those near him, and his own numbers and addresses, which stay."""

    others: re.Pattern[str]
    his: set[str]


@job_kind("privacy.copy", T("个人信息副本", "A copy for a person"))
def run_copy(run: JobRun) -> None:
    """Write the archive of a request and keep it for some days, for who entered it."""
    row = SubjectRequest.objects.get(pk=run.params["request"])
    actor = actor_of(run.job.actor_id)
    language.set(actor.locale)
    with settle_job(actor, row):
        person = find_person(row.subject_object, row.subject_id)
        target = stored(f"{NAME.to()}-{str(row.pk)[-6:]}.zip", created_by=actor.id, days=KEEP_DAYS.value())
        with target as path:
            write_copy(person, path)
        assert target.row is not None
        SubjectRequest.objects.filter(pk=row.pk).update(file_id=target.row.id)
        audit.record(actor, "privacy.copy", object=row.subject_object, record_id=row.subject_id)
    run.result(file=str(target.row.id))


def write_copy(person: Person, path: Path) -> None:
    """The archive: ``data.json``, ``readable.html``, ``files/``."""
    data = collect(person)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2))
        book.writestr("readable.html", readable(data))
        for row in files_of(person.ids):
            place = files.path_of(row)
            if place.is_file():
                book.write(place, f"files/{str(row.id)[-6:]}-{Path(row.name).name}")


def collect(person: Person) -> dict[str, Any]:
    """Everything about him, as JSON; what tells of others is left out or crossed out."""
    hide = _strangers(person)
    about: list[dict[str, Any]] = []
    related: list[dict[str, Any]] = []
    for trace in traces(person, content=True):
        found = [_entry(trace, row, hide) for row in _rows(trace, person)]
        (about if trace.own else related).extend(e for e in found if e["fields"])
    return {
        "made_at": now().astimezone(UTC).isoformat(timespec="seconds"),
        "about": about,
        "related": related,
        "history": _history(person, hide),
        "files": [row.name for row in files_of(person.ids)],
    }


def _strangers(person: Person) -> Strangers:
    """What names other people near him: contacts of the same company, and colleagues."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM customers_contact WHERE customer_id = ANY(%s) AND NOT id = ANY(%s)",
            [[*person.companies, *person.records.get("customers", [])], person.ids],
        )
        contacts = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT id FROM accounts_user")
        users = [row[0] for row in cursor.fetchall()]
    around = named(Person({"contacts": contacts, "users": users}, []))
    his = {*person.names, *person.ways}
    values = [pattern_of(v) for v in (*around.names, *around.ways) if v not in his]
    return Strangers(re.compile("|".join(values) or r"\Zx", re.IGNORECASE), his)


def _rows(trace: Trace, person: Person) -> list[dict[str, Any]]:
    columns = [str(f.column) for f in trace.model._meta.concrete_fields]
    order = "t.id" if "id" in columns else "1"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(f't.{c}' for c in columns)} FROM {trace.table} t WHERE {trace.condition} ORDER BY {order}",
            {"own": person.ids},
        )
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _entry(trace: Trace, row: dict[str, Any], hide: Strangers) -> dict[str, Any]:
    """One row in words: of a kind of record all fields that are not other people, of other tables what is personal."""
    if trace.declaration is None:
        told = [c for c in personal_columns(trace.model) if c not in derived_columns(trace.model)]
        fields = [
            {"name": c, "label": c, "value": _plain(row[c], hide)} for c in told if row[c] not in (None, "", [], {})
        ]
        return {"kind": trace.table, "label": trace.table, "id": str(row.get("id", "")), "fields": fields}
    declaration = get_object(trace.declaration.name)
    kept = row.get("custom") or {}
    kept = orjson.loads(kept) if isinstance(kept, str) else kept
    fields = []
    for f in declaration.fields:
        if not f.stored or _is_somebody(f):
            continue
        value = kept.get(f.stored.removeprefix("custom.")) if f.custom else row[f.stored]
        if value not in (None, "", [], {}):
            fields.append({"name": f.name, "label": f.label.to(), "value": _words(f, value, hide)})
    return {"kind": declaration.name, "label": declaration.label.to(), "id": str(row["id"]), "fields": fields}


def _is_somebody(f: Field) -> bool:
    """Whether the field names a person of ours or of theirs, or a file, which lies beside."""
    people = {"users", "contacts", "leads"}
    return isinstance(f.type, (User, Department, File)) or f.target in people or bool(set(f.targets) & people)


def _words(f: Field, value: Any, hide: Strangers) -> Any:
    if isinstance(f.type, Reference) and f.target:
        target = get_object(f.target)
        title = target.by_name[target.title].expression
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ({title})::text FROM {target.table} t WHERE t.id = %s", [value])
            found = cursor.fetchone()
        return _plain(found[0] if found else "", hide)
    choices = f.choice_map()
    if choices:
        return (
            [choices[v].to() if v in choices else v for v in value]
            if isinstance(value, list)
            else (choices[value].to() if value in choices else value)
        )
    return _plain(value, hide)


def _plain(value: Any, hide: Strangers) -> Any:
    """A value as JSON has it, other people crossed out of its texts."""
    if isinstance(value, str):
        return _crossed(value, hide)
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, list):
        return [_plain(v, hide) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v, hide) for k, v in value.items()}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return str(value)


def _crossed(text: str, hide: Strangers) -> str:
    """Without other people's names, and without any number or address that is not his."""
    return _STRANGERS.sub(lambda m: m[0] if m[0] in hide.his else MARK, hide.others.sub(MARK, text))


def _history(person: Person, hide: Strangers) -> list[dict[str, Any]]:
    """How his records were changed, oldest first; by whom is the company's own."""
    found = []
    for name, keys in person.records.items():
        declaration = get_object(name)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT at, op, diff::text FROM base_audit_change WHERE record_id = ANY(%s) AND object = %s ORDER BY id",
                [keys, declaration.table],
            )
            for at, op, diff in cursor.fetchall():
                changes = _changes(declaration, orjson.loads(diff) if diff else {}, hide)
                if op != "U" or changes:
                    found.append({"at": _plain(at, hide), "kind": declaration.label.to(), "op": op, "changes": changes})
    return found


def _changes(declaration: ObjectType, diff: dict[str, Any], hide: Strangers) -> list[dict[str, Any]]:
    return [
        {"name": f.name, "label": f.label.to(), "old": _old(f, old, hide), "new": _old(f, new, hide)}
        for column, (old, new) in diff.items()
        if (f := declaration.by_column.get(column)) and not _is_somebody(f)
    ]


def _old(f: Field, value: Any, hide: Strangers) -> Any:
    return None if value in (None, "", [], {}) else _words(f, value, hide)


# ---------------------------------------------------------------- to be read

_PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>body{{font:15px/1.7 system-ui,sans-serif;max-width:760px;margin:32px auto;padding:0 16px}}
h1{{font-size:24px}}h2{{font-size:18px;margin-top:32px}}h3{{font-size:15px}}table{{border-collapse:collapse;width:100%}}
th,td{{border-bottom:1px solid #ddd;padding:4px 8px;text-align:start;vertical-align:top;overflow-wrap:anywhere}}
th{{width:30%;font-weight:500}}</style><h1>{title}</h1><p>{made}: {at}</p><p>{note}</p>{body}</html>"""


def readable(data: dict[str, Any]) -> str:
    """The same as a page, in the reader's language."""
    parts = []
    for key in ("about", "related"):
        parts.append(f"<h2>{escape(WORDS[key].to())}</h2>")
        parts += [_table(entry["label"], [(f["label"], f["value"]) for f in entry["fields"]]) for entry in data[key]]
        parts += [] if data[key] else [f"<p>{escape(WORDS['nothing'].to())}</p>"]
    parts.append(f"<h2>{escape(WORDS['history'].to())}</h2>")
    for line in data["history"]:
        changes = [(c["label"], f"{_shown(c['old'])} → {_shown(c['new'])}") for c in line["changes"]]
        parts.append(_table(f"{line['at']} {line['kind']}", changes))
    if data["files"]:
        parts.append(f"<h2>{escape(WORDS['files'].to())}</h2>" + "".join(f"<p>{escape(n)}</p>" for n in data["files"]))
    return _PAGE.format(
        lang=language.get(),
        title=escape(NAME.to()),
        made=escape(WORDS["made"].to()),
        at=escape(data["made_at"]),
        note=escape(WORDS["note"].to()),
        body="".join(parts),
    )


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _table(title: str, rows: list[tuple[str, Any]]) -> str:
    lines = "".join(f"<tr><th>{escape(a)}</th><td>{escape(_shown(b))}</td></tr>" for a, b in rows)
    return f"<h3>{escape(title)}</h3><table>{lines}</table>"
