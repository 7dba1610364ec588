"""What a line of the audit log was about, where that is no record: a field, a layout, a file. From the facts kept with the event."""

from __future__ import annotations

from typing import Any

from kemai.kit.words import T
from kemai.platform.objects.declare import ObjectType

ROWS = T("第 {first}–{last} 行", "rows {first} to {last}")
CHECKED = T(
    "将新建 {create}、更新 {update}、有错误 {failed}", "to create {create}, to update {update}, with errors {failed}"
)
TAKEN_OUT = T("{rows} 行", "{rows} rows")
OF_USUAL = T("{rows} 行（平时最多 {usual} 行）", "{rows} rows (usually {usual} at most)")
TIMES = T("{count} 次", "{count} times")
FOR_ALL = T("所有人", "everybody")
#: Columns every table has and no declaration names; None: says nothing to a reader.
COLUMNS: dict[str, T | None] = {"deleted_at": T("移入回收站", "In the bin since"), "deletion_id": None}


def told(declaration: ObjectType | None, action: str, data: Any) -> str:
    """One short phrase in the reader's words; empty where the facts say nothing that the line does not."""
    if not isinstance(data, dict):
        return ""
    kind = action.partition(".")[0]
    if kind == "field" and data.get("field"):
        found = declaration.by_name.get(f"custom.{data['field']}") if declaration else None
        return found.label.to() if found else str(data["field"])
    if kind == "layout" and data.get("layout"):
        return FOR_ALL.to() if data["layout"] == "default" else str(data["layout"])
    if action == "import.check":
        return _joined(data.get("file"), CHECKED.to(**{n: data.get(n, 0) for n in ("create", "update", "failed")}))
    if action == "import" and isinstance(data.get("rows"), list) and len(data["rows"]) == 2:
        return _joined(data.get("file"), ROWS.to(first=data["rows"][0], last=data["rows"][1]))
    if action == "undo":
        return str(data.get("label") or "")
    if action == "export" and data.get("rows") is not None:
        return TAKEN_OUT.to(rows=data["rows"])
    if kind == "alarm":
        figure = (
            TIMES.to(count=data["count"])
            if "count" in data
            else OF_USUAL.to(**{n: data.get(n) for n in ("rows", "usual")})
        )
        return _joined(data.get("token"), figure)
    return ""


def _joined(*parts: Any) -> str:
    return " · ".join(str(part) for part in parts if part)
