"""Why two records cannot become one, or not be parted again."""

from __future__ import annotations

from kemai.kit.errors import Conflict, KemaiError
from kemai.kit.words import T


class SameRecord(KemaiError):
    status, code = 422, "merge_same_record"
    text = T("不能把记录与它自己合并。", "A record cannot be merged with itself.")


class InBin(Conflict):
    code = "merge_in_bin"
    text = T("“{label}”在回收站中，请先恢复再合并。", '"{label}" lies in the recycle bin; restore it first.')


class AlreadyMerged(Conflict):
    code = "already_merged"
    text = T("“{label}”已经合并到别的记录。", '"{label}" has been merged into another record already.')


class ChangedMeanwhile(Conflict):
    code = "merge_changed"
    text = T(
        "“{label}”在您预览之后又被修改，请重新核对。",
        '"{label}" was changed after you looked at the preview; look again.',
    )


class NotMergeable(Conflict):
    """The domain's own reason."""

    code = "not_mergeable"
    text = T("{reason}", "{reason}")


class MergedOnwards(Conflict):
    code = "merged_onwards"
    text = T(
        "“{label}”之后又合并到了别的记录，请先撤销那次合并。",
        '"{label}" has been merged into another record since; take that back first.',
    )


class SurvivorGone(Conflict):
    code = "merge_survivor_gone"
    text = T(
        "合并后的记录已在回收站中，请先恢复再撤销合并。",
        "The merged record lies in the recycle bin; restore it before you take the merge back.",
    )


class PartOfMerge(Conflict):
    """Restoring from the bin what a merge put there."""

    code = "part_of_merge"
    text = T(
        "这条记录已合并到“{label}”，请到那里撤销合并。",
        'This record was merged into "{label}"; take the merge back there.',
    )


class PartOfUnseen(PartOfMerge):
    """The same, where the one it has become part of is not the asker's to know."""

    text = T(
        "这条记录已合并到您看不到的记录，请联系管理员撤销合并。",
        "This record was merged into one you may not see; ask your administrator to take the merge back.",
    )
