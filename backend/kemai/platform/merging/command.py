"""The command that merges, for any kind of record whose declaration says how."""

from __future__ import annotations

from typing import Any

from kemai.kit.words import T
from kemai.platform.merging.merge import VERB, merge_records
from kemai.platform.objects import types
from kemai.platform.objects.declare import Command, Field


class FieldNames(types.Tags):
    """Names of fields; which are known and may be chosen the merge judges itself."""

    def parse(self, field: Field, raw: Any) -> list[str]:
        if raw is None:
            return []
        if not isinstance(raw, list) or len(raw) > 300 or not all(isinstance(name, str) for name in raw):
            raise types.BadValue("not_list", T("应为字段名列表。", "A list of field names is expected."))
        return raw


def merge_command(object_name: str) -> Command:
    """``POST /<object>/{survivor}/merge``. Asked for on the page that compares the two, hence on no bar of buttons."""

    def service(actor: Any, record_id: Any, **params: Any) -> Any:
        return merge_records(actor, object_name, record_id, **params)

    return Command(
        VERB,
        T("合并", "Merge"),
        service,
        VERB,
        params=(
            Field("loser", types.REFERENCE, T("被合并的记录", "The record that goes"), required=True),
            Field("take", FieldNames(), T("取自它的字段", "Fields taken from it")),
            Field("version", types.INTEGER, T("预览时的版本", "Version previewed")),
            Field("loser_version", types.INTEGER, T("它的版本", "Its version")),
        ),
        on=("compare",),
        danger=True,
    )
