"""What an erasure would take, what would stay, and what still keeps it from being approved (P-4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kemai.accounts.access import Actor, can
from kemai.kit.errors import NotFound
from kemai.kit.words import T
from kemai.platform.objects.declare import get_object
from kemai.privacy import errors
from kemai.privacy.models import SubjectRequest
from kemai.privacy.services.footprint import count, traces
from kemai.privacy.services.found_files import files_of
from kemai.privacy.services.person import find_person, near, open_deals, patterns

REST = T(
    "所有数据表、上传文件、消息、任务、导出和审计中出现的姓名、电话、邮箱和微信",
    "His name, numbers and addresses in every table, upload, message, job, export and in the audit",
)


def preview_erasure(actor: Actor, request_id: UUID) -> dict[str, Any]:
    """For whoever may see the request: rows by kind, files, names that others bear too, deals that have to end first."""
    declaration = get_object("subject-requests")
    view = declaration.perm("view")
    row = SubjectRequest.objects.filter(pk=request_id, deleted_at__isnull=True).first()
    if (
        row is None
        or not actor.has(view)
        or not can(actor, view, declaration.ownership, table=declaration.table, key=request_id)
    ):
        raise NotFound
    if row.status != "open":
        return {"open": False, "outcome": row.outcome, "file": row.file_id if row.created_by == actor.id else None}
    person = find_person(row.subject_object, row.subject_id)
    found = [
        {"label": get_object(t.declaration.name).label.to(), "count": n, "own": t.own}
        for t in traces(person, content=row.with_content)
        if t.declaration and (n := count(t, person.ids))
    ]
    _, nearby = patterns(person)
    deals = open_deals(person)
    return {
        "open": True,
        "rows": found,
        "files": len(files_of(person.ids)),
        "rest": REST.to(),
        "near": len(near(person)),
        "shared": bool(nearby),
        "refusal": errors.OpenDeals(count=deals).detail() if deals else None,
    }
