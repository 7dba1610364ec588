"""Refusals of import and export. Every one says what to do next (B-2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kemai.kit.errors import Conflict, Forbidden, Gone, KemaiError, NotFound
from kemai.kit.spreadsheet.model import SpreadsheetRefused
from kemai.kit.words import T


class FileRefused(KemaiError):
    """The spreadsheet cannot be read; ``code`` and words come from the reader's reason."""

    status, code = 422, "spreadsheet.refused"

    def __init__(self, code: str, text: T, **params: object) -> None:
        self.code, self.text = f"spreadsheet.{code}", text
        super().__init__(**params)


_WORDS = {
    "wrong_type": T(
        "这不是表格文件（识别为 {found}）。请上传 .xlsx、.xls 或 .csv 文件。",
        "This is not a spreadsheet (it looks like {found}). Upload an .xlsx, .xls or .csv file.",
    ),
    "encrypted": T(
        "文件设有密码。请在 Excel 中取消密码（文件 → 信息 → 保护工作簿）后重新上传。",
        "The file has a password. Remove it in Excel (File, Info, Protect Workbook) and upload again.",
    ),
    "empty": T(
        "文件中没有数据。请确认选对了文件和工作表。",
        "There is no data in the file. Check that it is the right file and sheet.",
    ),
    "too_slow": T(
        "读取用时超过 {limit} 秒。请另存为 .csv，或拆成几个文件分别导入。",
        "Reading took more than {limit} seconds. Save it as .csv, or split it into several files.",
    ),
    "bomb": T(
        "文件内容异常（压缩数据与声明不符）。请用 Excel 打开后另存为新的 .xlsx 再上传。",
        "The file is not sound (its packed data contradicts itself). Open it in Excel, save it as a new .xlsx and upload that.",
    ),
    "unsafe_entry": T(
        "文件内容异常（包含指向外部的路径）。请用 Excel 另存为新的 .xlsx 再上传。",
        "The file is not sound (it contains paths that lead outside). Save it as a new .xlsx in Excel and upload that.",
    ),
    "entities": T(
        "文件内容异常（包含不允许的 XML 定义）。请用 Excel 另存为新的 .xlsx 再上传。",
        "The file is not sound (it contains XML definitions that are not allowed). Save it as a new .xlsx in Excel and upload that.",
    ),
    "encoding": T(
        "无法识别文字编码。请在 Excel 中另存为“CSV UTF-8”或 .xlsx 再上传。",
        "The text encoding is not recognised. Save the file as CSV UTF-8 or .xlsx and upload that.",
    ),
    "broken": T(
        "文件已损坏或不完整。请用 Excel 打开确认后另存一份再上传。",
        "The file is damaged or incomplete. Open it in Excel, save a copy and upload that.",
    ),
    "no_sheet": T(
        "没有名为“{sheet}”的工作表。请重新选择工作表。", 'There is no sheet called "{sheet}". Choose another sheet.'
    ),
    "no_header": T(
        "没有找到列名行。请在数据上方加一行列名（如 客户名称、电话），或下载模板填写。",
        "No row of column headings was found. Put headings (such as Name, Phone) above the data, or use the template.",
    ),
}
_TOO_LARGE = {
    "file": T(
        "文件超过 {limit} MB。请拆成几个文件分别导入。",
        "The file is larger than {limit} MB. Split it into several files.",
    ),
    "unpacked": T(
        "文件解压后超过 {limit} MB。请删除多余的工作表、图片后再上传。",
        "Unpacked, the file is larger than {limit} MB. Remove sheets and pictures that are not needed.",
    ),
    "entries": T(
        "文件内部的部件过多。请只保留要导入的工作表，另存后再上传。",
        "The file has too many parts. Keep only the sheet to import, save it and upload that.",
    ),
    "rows": T(
        "一次最多导入 {limit} 行。请拆成几个文件分别导入。",
        "At most {limit} rows can be imported at once. Split the file.",
    ),
    "columns": T(
        "表格超过 {limit} 列。请删除不需要的列后再上传。",
        "The sheet has more than {limit} columns. Remove those that are not needed.",
    ),
    "strings": T(
        "文件中的文字过多。请拆成几个文件分别导入。", "The file holds too many texts. Split it into several files."
    ),
    "memory": T(
        "文件过于复杂。请只保留要导入的工作表，另存为 .csv 再上传。",
        "The file is too complex. Keep only the sheet to import and save it as .csv.",
    ),
}
_MEGABYTES = ("file", "unpacked")


def refusal(error: SpreadsheetRefused) -> FileRefused:
    """The reader's refusal in words for the person."""
    params = dict(error.params)
    if error.code == "too_large":
        what = str(params.get("what"))
        if what in _MEGABYTES:
            params["limit"] = int(params["limit"]) // 1_048_576
        return FileRefused("too_large", _TOO_LARGE.get(what, _TOO_LARGE["memory"]), **params)
    return FileRefused(error.code, _WORDS.get(error.code, _WORDS["broken"]), **params)


@contextmanager
def reading() -> Iterator[None]:
    """Turns the reader's refusals into ours."""
    try:
        yield
    except SpreadsheetRefused as error:
        raise refusal(error) from error


class Busy(Conflict):
    code = "import.busy"
    text = T("这次导入正在处理中，请等它结束。", "This import is being worked on; wait until it has ended.")


class Finished(Conflict):
    code = "import.finished"
    text = T(
        "这次导入已经完成，不能再修改。如需重来，请先撤销，或重新上传文件。",
        "This import is done and cannot be changed. Take it back first, or upload the file again.",
    )


class FileGone(Gone):
    code = "import.file_gone"
    text = T("上传的文件已过期删除，请重新上传。", "The uploaded file has expired; upload it again.")


class NothingToUndo(Conflict):
    code = "import.nothing_to_undo"
    text = T(
        "这次导入没有可以撤销的记录（可能已经撤销过）。",
        "There is nothing to take back of this import (perhaps it has been taken back already).",
    )


class ImportedBefore(Conflict):
    """Kinds without a key cannot tell a row they know: the same file twice would double every row (F-3)."""

    code = "import.same_file"
    text = T(
        "同一个文件已在 {at} 导入过 {count} 条{label}。这类记录无法按关键字段识别重复；如确需重来，请先撤销那次导入。",
        "The same file brought in {count} records ({label}) on {at}. This kind has no key to tell doubles by; take that import back first.",
    )


class UnknownImport(NotFound):
    code = "import.not_found"
    text = T("没有找到这次导入。", "There is no such import.")


class Overtaken(Exception):
    """Another worker has gone on with this import; this one stops without a word."""


class RightsChanged(Forbidden):
    code = "rights_changed"
    text = T(
        "导出期间您的权限有变化，文件未保留，请重新导出。",
        "Your rights changed while this was exported, so the file was not kept; export again.",
    )
