"""Files that are values of records: whose they are, and who may fetch them. The right to a file is the right to its record's field."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from kemai.accounts.access import Actor, branches
from kemai.base.files import get_own_file
from kemai.base.models import StoredFile
from kemai.kit.errors import NotFound
from kemai.kit.words import T
from kemai.platform.objects import types
from kemai.platform.objects.declare import Draft, Field, ObjectType, get_object
from kemai.platform.objects.secrecy import HIDDEN, MASKED, access_of

NOT_YOURS = T("请重新上传该文件。", "Upload the file anew.")
ANOTHERS = T("一个文件只能放在一条记录里。", "A file belongs to one record only.")


def file_fields(declaration: ObjectType) -> list[Field]:
    return [f for f in declaration.custom_fields if isinstance(f.type, types.File)]


def check_files(actor: Actor, declaration: ObjectType, drafts: list[Draft]) -> None:
    """A file written must be an upload of one's own that hangs on no record yet, or be this record's already."""
    for f in file_fields(declaration):
        wanted = [d for d in drafts if d.values.get(f.stored) and d.changed(f.stored)]
        if not wanted:
            continue
        known = {
            row.id: row for row in StoredFile.objects.filter(pk__in={d.values[f.stored] for d in wanted}, state="ready")
        }
        given: set[UUID] = set()
        for draft in wanted:
            key = draft.values[f.stored]
            row = known.get(key)
            fresh = row is not None and not row.object and row.purpose == "upload" and row.created_by == actor.id
            if not fresh and (row is None or row.record_id != draft.id):
                draft.wrong(f.name, "not_visible", NOT_YOURS)
            elif key in given:
                draft.wrong(f.name, "not_visible", ANOTHERS)
            given.add(key)


def attach_files(declaration: ObjectType, drafts: list[Draft]) -> None:
    """Hang new files on their records, so that they are kept as long as those; inside the act that writes the records."""
    for f in file_fields(declaration):
        pairs = [(d.values[f.stored], d.id) for d in drafts if d.values.get(f.stored)]
        if pairs:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE base_storedfile s SET object = %s, record_id = v.record, expires_at = NULL, purpose = 'record' "
                    "FROM unnest(%s::uuid[], %s::uuid[]) v (file, record) WHERE s.id = v.file AND s.object = ''",
                    [declaration.name, [file for file, _ in pairs], [record for _, record in pairs]],
                )


def get_file_for(actor: Actor, file_id: UUID) -> StoredFile:
    """A file of one's own, or one that a readable field of a visible record holds; :class:`NotFound` otherwise."""
    row = StoredFile.objects.filter(pk=file_id, state="ready").exclude(object="").first()
    if row is None:
        return get_own_file(actor.id, file_id)
    declaration = get_object(row.object)
    names = [f for f in file_fields(declaration) if access_of(actor, declaration, f) not in (HIDDEN, MASKED)]
    scope = branches(actor, declaration.perm("view"), declaration.ownership)
    holds = " OR ".join(f"t.custom->>'{f.stored.removeprefix('custom.')}' = %(file)s" for f in names) or "FALSE"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {declaration.table} t WHERE t.id = %(key)s AND t.deleted_at IS NULL AND ({holds}) AND {scope.sql}",
            {**scope.params, "key": row.record_id, "file": str(file_id)},
        )
        if cursor.fetchone() is None:
            raise NotFound
    return row
