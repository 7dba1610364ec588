"""``kemai import`` and ``kemai export``: the same steps as on the screen, done here and now without a worker (contract.md)."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import orjson

from kemai.accounts.access import Actor, SystemActor
from kemai.accounts.models import User
from kemai.accounts.sessions import actor_of
from kemai.base import files, jobs
from kemai.base.models import Job
from kemai.kit.errors import KemaiError, NotFound
from kemai.kit.ids import PackedIds, parse_id
from kemai.kit.words import T, language
from kemai.platform.models import Import
from kemai.platform.objects.declare import get_object
from kemai.platform.objects.secrecy import HIDDEN, access_of
from kemai.platform.objects.select import Query
from kemai.platform.objects.takeback import undo_here
from kemai.platform.transfer import export, run, undo  # noqa: F401  (registers the kinds of job)
from kemai.platform.transfer.errors import UnknownImport
from kemai.platform.transfer.imports import begin_commit, begin_import, change_import, refuse_undo, remember_mapping
from kemai.platform.transfer.plan import key_choices, make_plan


class NoSuchUser(KemaiError):
    status, code = 404, "no_such_user"
    text = T("没有登录名为“{name}”的在用人员。", 'There is no active user called "{name}".')


class JobFailed(KemaiError):
    status, code = 409, "job_failed"
    text = T("{reason}", "{reason}")


def import_file(
    *, object_name: str, path: Path, username: str, mode: str = "create", key: str = "", dry_run: bool = False
) -> dict[str, Any]:
    """Import a file as ``username``. Started again after a kill with the same file, it goes on where it stopped.

    ``key``: the field existing records are recognised by, as its name or its label; the one the file offers when empty.
    ``seconds`` is the whole time; ``error_file`` lies beside the input, None when every row was taken.
    """
    began = time.monotonic()
    actor = _person(username)
    found = _begin(actor, object_name, Path(path), mode, key)
    make_plan(actor, found)
    if dry_run:
        Import.objects.filter(pk=found.pk).update(state="checking")
        _work(actor, found, "import.check")
        found.refresh_from_db()
        counts = found.check_result or {}
        created, updated, failed = counts.get("create", 0), counts.get("update", 0), counts.get("failed", 0)
    else:
        if found.state != "committing":
            remember_mapping(actor, found)
            begin_commit(found)
            Import.objects.filter(pk=found.pk).update(state="committing")
        _work(actor, found, "import.commit")
        found.refresh_from_db()
        created, updated, failed = found.created, found.updated, found.failed
    return {
        "id": str(found.id),
        "created": created,
        "updated": updated,
        "failed": failed,
        "seconds": round(time.monotonic() - began, 2),
        "error_file": _beside(found, Path(path)),
    }


def _begin(actor: Actor, object_name: str, path: Path, mode: str, key: str) -> Import:
    file = files.store_file(files.read_chunks(path), name=path.name, created_by=actor.id, days=7)
    unfinished = Import.objects.filter(
        created_by=actor.id,
        object=object_name,
        file_sha256=file.sha256,
        mode=mode,
        state="committing",
        job_id__isnull=True,
    ).first()
    if unfinished is not None:
        return unfinished
    found = begin_import(actor, file_id=file.id, object_name=object_name)
    return change_import(
        actor, found.id, {"mode": mode, **({"key": _key_name(actor, object_name, key)} if key else {})}
    )


def _key_name(actor: Actor, object_name: str, key: str) -> str:
    """The name of a key field given by name or label; what is neither is refused as it stands."""
    found = [f.name for f in key_choices(actor, get_object(object_name)) if key in (f.name, f.label.zh, f.label.en)]
    return found[0] if found else key


def _work(actor: Actor, found: Import, kind: str) -> Job:
    """Run the job of an import in this process; it is on record like any other."""
    job = Job.objects.create(
        actor_id=actor.id, kind=kind, label=found.file_name, params={"import": str(found.id)}, total=found.rows
    )
    done = jobs.run_job(job.id)
    if done.state != "done":
        raise JobFailed(reason=done.result.get("error") or done.state)
    return done


def _beside(found: Import, path: Path) -> str | None:
    if found.error_file is None:
        return None
    target = path.with_name(f"{path.stem}-errors.xlsx")
    shutil.copyfile(files.path_of(found.error_file), target)
    return str(target)


def undo_import(*, import_id: str, username: str | None = None) -> dict[str, Any]:
    """Take an import back, as ``username`` or as the one who made it."""
    key = parse_id(import_id)
    found = Import.objects.filter(pk=key).first() if key else None
    if found is None:
        raise UnknownImport
    actor = _person(username) if username else actor_of(found.created_by)
    language.set(actor.locale)
    if found.created_by != actor.id:
        raise NotFound
    refuse_undo(found)
    began = time.monotonic()
    job = undo_here(actor, found.id)
    return {
        "id": str(found.id),
        "undone": job.succeeded,
        "failed": job.failed,
        "seconds": round(time.monotonic() - began, 2),
        "failures": [f"{f['label']}: {f['message']}" for f in job.failures],
    }


def export_file(
    *, object_name: str, path: Path, username: str | None = None, filter_tree: Any = None
) -> dict[str, Any]:
    """Export the standard columns of a list; without ``username`` as the operator of this machine, who sees everything."""
    began = time.monotonic()
    actor = _person(username) if username else SystemActor("command line")
    declaration = get_object(object_name)
    fields = tuple(f.name for f in declaration.fields if access_of(actor, declaration, f) != HIDDEN)
    tree = orjson.dumps(filter_tree).decode() if filter_tree else ""
    query = Query(fields=fields, filter=tree, sort=declaration.default_sort)
    taken = PackedIds()
    rows = export.write_export(actor, declaration, query, Path(path), taken=taken)
    export.note_export(actor, declaration, query, taken=taken, file=None)
    return {"file": str(path), "rows": rows, "seconds": round(time.monotonic() - began, 2)}


def _person(username: str) -> Actor:
    user = User.objects.filter(username__iexact=username, is_active=True, deleted_at__isnull=True).first()
    if user is None:
        raise NoSuchUser(name=username[:60])
    actor = actor_of(user.id)
    language.set(actor.locale)
    return actor
