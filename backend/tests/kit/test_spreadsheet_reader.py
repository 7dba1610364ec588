"""B-2, B-3: every file gives rows or a refusal, exact digits, bounded time and memory."""

from __future__ import annotations

import gzip
import random
import resource
import time
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as day_time
from pathlib import Path

import pytest
import xlsxwriter

from kemai.kit.spreadsheet.model import SpreadsheetLimits
from kemai.kit.spreadsheet.reader import (
    Cell,
    CellError,
    ReadNotes,
    SpreadsheetRefused,
    WorkbookInfo,
    guess_header_row,
    inspect,
    read_header,
    read_rows,
    read_table,
)
from tests.kit import spreadsheet_corpus as make

SMALL = SpreadsheetLimits(rows=1_000, seconds=20)


def read(
    path: Path, sheet: str | None = None, limits: SpreadsheetLimits = SMALL
) -> tuple[WorkbookInfo, list[list[Cell]], ReadNotes]:
    with read_table(path, path.name, sheet, limits=limits) as table:
        rows = list(table.rows)
        return table.info, rows, table.notes


# Good files -----------------------------------------------------------------------------------------------------------


def _typed(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("客户")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    chinese = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    instant = book.add_format({"num_format": "yyyy/m/d h:mm:ss"})
    clock = book.add_format({"num_format": "h:mm"})
    span = book.add_format({"num_format": "[h]:mm:ss"})
    red = book.add_format({"num_format": "[Red]#,##0.00"})
    sheet.write_row(0, 0, ["名称", "电话", "日期"])
    sheet.write_string(1, 0, " 007 ")
    sheet.write_number(1, 1, 13800001234)
    sheet.write_datetime(1, 2, datetime(2026, 2, 28), day)
    sheet.write_datetime(1, 3, datetime(2024, 2, 29), chinese)
    sheet.write_datetime(1, 4, datetime(2026, 1, 2, 3, 4, 5), instant)
    sheet.write_datetime(1, 5, day_time(18, 30), clock)
    sheet.write_number(1, 6, 1.25, span)
    sheet.write_number(1, 7, -1234.5, red)
    sheet.write_boolean(1, 8, True)
    sheet.write_formula(1, 9, "=1+1", None, 2)
    sheet.write_formula(1, 10, '="a"&"b"', None, "ab")
    sheet.write_formula(1, 11, "=NA()", None, "#N/A")
    sheet.write_number(1, 12, 110101199001011234)
    sheet.write_number(1, 13, 999999999999999)
    sheet.write_number(1, 14, 0.1 + 0.2)
    sheet.write_number(1, 15, 1e-7)
    sheet.write_string(1, 16, "=1+1")
    sheet.write_string(1, 17, "𠮷🎉\u202eأ")
    sheet.write_string(1, 18, "两\n行")
    sheet.write_string(1, 19, "_x0041_ & <b>")
    sheet.write_string(1, 20, "2026/1/2")
    sheet.write_number(1, 21, 0.15, book.add_format({"num_format": "0%"}))
    sheet.write_number(1, 22, 59, day)
    sheet.write_blank(1, 23, None, day)


TYPED: list[Cell] = [
    *(
        " 007 ",
        "13800001234",
        "2026-02-28",
        "2024-02-29",
        "2026-01-02T03:04:05",
        "18:30:00",
        "30:00:00",
        "-1234.5",
        True,
    ),
    *("2", "ab", CellError("formula_error", "#N/A"), CellError("digits_lost", "1.101011990010112E+17")),
    *("999999999999999", "0.3", "0.0000001", "=1+1", "𠮷🎉\u202eأ", "两\n行", "_x0041_ & <b>", "2026/1/2", "15%"),
    "1900-02-28",
]


def test_values_of_every_type(tmp_path: Path) -> None:
    info, rows, notes = read(make.write(tmp_path, "a.xlsx", make.excel(_typed)))
    assert rows == [["名称", "电话", "日期"], TYPED]
    assert (info.kind, info.macros, [s.name for s in info.sheets]) == ("xlsx", False, ["客户"])
    assert (notes.rows, notes.formulas, notes.errors) == (2, 3, 2)


def test_old_excel(tmp_path: Path) -> None:
    path = make.write(tmp_path, "a.xls", make.old_xls())
    info, rows, _ = read(path)
    assert rows == [
        ["名称", "电话", "日期", "金额"],
        ["华为", "13800001234", "2026-01-02", "1234.5"],
        ["𠮷野", "007", None, CellError("digits_lost", "1.1010119900101123e+17")],
    ]
    assert [(s.name, s.rows, s.columns, s.hidden) for s in info.sheets] == [("客户", 3, 4, False), ("隐藏", 1, 1, True)]
    assert list(read_rows(path, "隐藏")) == [["x"]]


CSV_ROWS = [["名称", "电话"], ["华为，上海", "13800001234"], ["𠮷野\n家", "007"]]
CSV_TEXT = '名称,电话\r\n"华为，上海",13800001234\r\n"𠮷野\n家",007\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding(tmp_path: Path, encoding: str, delimiter: str) -> None:
    data = CSV_TEXT.replace(",", delimiter).encode(encoding)
    info, rows, _ = read(make.write(tmp_path, "a.csv", data))
    assert rows == CSV_ROWS
    assert info.kind == "csv"
    assert info.delimiter == delimiter


def test_csv_in_gbk_and_excels_habits(tmp_path: Path) -> None:
    text = 'sep=;\r\n名称;编号;电话;卡号\r\n="华为";="00123";1.38E+10;6.22202E+18\r\n\'=1+1;-5;\'+8613800001234;1E5\r\n'
    _, rows, notes = read(make.write(tmp_path, "a.csv", text.encode("gbk")))
    assert rows == [
        ["名称", "编号", "电话", "卡号"],
        ["华为", "00123", "1.38E+10", CellError("digits_lost", "6.22202E+18")],
        ["=1+1", "-5", "+8613800001234", "1E5"],
    ]
    assert notes.errors == 1


def test_gaps_hidden_sheets_and_merged_cells(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("藏").write(0, 0, "x")
        book.worksheets()[0].hide()
        sheet = book.add_worksheet("数据")
        sheet.activate()
        sheet.set_first_sheet()
        sheet.write(2, 1, "B3")
        sheet.merge_range(4, 0, 6, 1, "合并")
        sheet.write_blank(500, 3, None, book.add_format({"bold": True}))

    path = make.write(tmp_path, "a.xlsx", make.excel(fill))
    info, rows, notes = read(path)
    assert rows == [[], [], [None, "B3"], [], ["合并"]]
    assert [(s.name, s.hidden) for s in info.sheets] == [("藏", True), ("数据", False)]
    assert notes.merged == 1
    assert list(read_rows(path, "藏")) == [["x"]]


INLINE = '<c t="inlineStr"><is>{}</is></c>'
NO_NUMBERS: list[Cell] = [CellError("not_a_number", "1e400"), CellError("not_a_number", "NaN")]
XLSX_VARIANTS: list[tuple[str, str, list[Cell]]] = [
    ("no references", INLINE.format("<t>a</t>") + "<c><v>1</v></c>", ["a", "1"]),
    ("rich text", INLINE.format("<r><t>甲</t></r><r><t xml:space='preserve'> 乙</t></r>"), ["甲 乙"]),
    ("phonetic", INLINE.format('<t>東</t><rPh sb="0" eb="1"><t>ひがし</t></rPh>'), ["東"]),
    ("iso dates", '<c t="d"><v>2026-01-02T00:00:00</v></c>', ["2026-01-02"]),
    ("infinite", "<c><v>1e400</v></c><c><v>NaN</v></c>", NO_NUMBERS),
    ("leading zeros as number", "<c><v>007</v></c>", ["7"]),
    ("exact integer", "<c><v>1.3800001234E10</v></c>", ["13800001234"]),
    ("entities of XML", '<c t="str"><v>&lt;&amp;&#x1F389;</v></c>', ["<&🎉"]),
    ("minus zero", "<c><v>-0</v></c>", ["0"]),
    ("cells out of order", '<c r="C1"><v>3</v></c><c r="A1"><v>1</v></c>', ["1", None, "3"]),
]


@pytest.mark.parametrize(("name", "xml", "row"), XLSX_VARIANTS, ids=[v[0] for v in XLSX_VARIANTS])
def test_what_other_programs_write(tmp_path: Path, name: str, xml: str, row: list[Cell]) -> None:
    assert read(make.write(tmp_path, "a.xlsx", make.packed(make.parts(f"<row>{xml}</row>"))))[1] == [row]


def test_prefixed_names_and_1904(tmp_path: Path) -> None:
    xml = make.sheet('<row r="1"><c r="A1"><v>5</v></c><c r="B1" s="1"><v>1</v></c></row>')
    for tag in ("worksheet", "sheetData", "row", "c", "v"):
        xml = xml.replace(f"<{tag}", f"<x:{tag}").replace(f"</{tag}", f"</x:{tag}")
    xml = xml.replace("xmlns=", "xmlns:x=")
    styles = f'<styleSheet xmlns="{make.MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    book = make.BOOK.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    data = make.packed(
        make.parts(**{"xl__worksheets__sheet1.xml": xml, "xl__styles.xml": styles, "xl__workbook.xml": book})
    )
    assert read(make.write(tmp_path, "a.xlsx", data))[1] == [["5", "1904-01-02"]]


def test_the_64_bit_form_of_archives(tmp_path: Path) -> None:
    assert read(make.write(tmp_path, "a.xlsx", make.long_form()))[1] == [["名称", "电话"]]


def test_macros_are_noticed_never_run(tmp_path: Path) -> None:
    path = make.write(tmp_path, "a.xlsm", make.packed(make.parts(**{"xl__vbaProject.bin": b"\x00" * 50})))
    info, rows, _ = read(path)
    assert info.macros
    assert rows == [["名称", "电话"]]


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    assert inspect(make.write(tmp_path, "a.csv", make.excel(_typed))).kind == "xlsx"
    assert inspect(make.write(tmp_path, "b.xlsx", make.old_xls())).kind == "xls"
    assert inspect(make.write(tmp_path, "c.xls", CSV_TEXT.encode())).kind == "csv"


# Refused --------------------------------------------------------------------------------------------------------------

REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("0 bytes", lambda: b"", "empty"),
    ("only blanks.csv", lambda: b" ,,\r\n,,\r\n"[1:], "empty"),
    ("no rows.xlsx", lambda: make.packed(make.parts("")), "empty"),
    ("only styled cells.xlsx", lambda: make.packed(make.parts('<row r="1"><c r="A1" s="1"/></row>')), "empty"),
    ("pdf.xlsx", lambda: b"%PDF-1.7\n%\xe2\xe3", "wrong_type"),
    ("png.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "wrong_type"),
    ("jpeg.csv", lambda: b"\xff\xd8\xff\xe0" + b"\0" * 99, "wrong_type"),
    ("html.xls", lambda: "<html><table><tr><td>名称</td></tr></table>".encode(), "wrong_type"),
    ("xml 2003.xls", lambda: b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "wrong_type"),
    ("program.csv", lambda: b"\x7fELF" + bytes(range(256)), "wrong_type"),
    ("random.csv", lambda: random.Random(1).randbytes(5000), "wrong_type"),
    ("controls.csv", lambda: b"\x01\x02\x03\x04\x05" * 50, "wrong_type"),
    ("bad utf-16.csv", lambda: b"\xff\xfe\x00\xd8a\x00", "encoding"),
    ("not text.csv", lambda: b"a,b\n\xff\xff\xff\xff\n", "encoding"),
    ("docx.xlsx", lambda: make.packed({"[Content_Types].xml": make.TYPES, "word/document.xml": "x"}), "wrong_type"),
    ("ods.xlsx", lambda: make.packed({"mimetype": "x", "content.xml": "x"}), "wrong_type"),
    ("xlsb.xlsx", lambda: make.packed({"xl/workbook.bin": "x"}), "wrong_type"),
    ("zip.xlsx", lambda: make.packed({"a.txt": "x"}), "wrong_type"),
    ("doc.xls", lambda: make.ole("Root Entry", "WordDocument"), "wrong_type"),
    ("encrypted.xlsx", lambda: make.ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), "encrypted"),
    ("encrypted entries.xlsx", lambda: make.entry_flag(1), "encrypted"),
    ("half an xls.xls", lambda: make.old_xls()[:2500], "wrong_type"),
    ("truncated.xlsx", lambda: make.excel(_typed)[:-200], "broken"),
    ("half.xlsx", lambda: make.excel(_typed)[:3000], "broken"),
    ("gzip.csv", lambda: gzip.compress(CSV_TEXT.encode()), "wrong_type"),
    ("rar.xlsx", lambda: b"Rar!\x1a\x07\x01\x00" + b"\0" * 99, "wrong_type"),
    ("7z.xlsx", lambda: b"7z\xbc\xaf\x27\x1c" + b"\0" * 99, "wrong_type"),
    ("database.csv", lambda: b"SQLite format 3\x00" + b"\0" * 99, "wrong_type"),
    ("a zip in a zip.xlsx", lambda: make.packed({"a.xlsx": make.packed(make.parts())}), "wrong_type"),
    ("pptx.xlsx", lambda: make.packed({"[Content_Types].xml": make.TYPES, "ppt/presentation.xml": "x"}), "wrong_type"),
    ("no workbook.xlsx", lambda: make.packed({"[Content_Types].xml": make.TYPES}), "broken"),
    ("no sheet.xlsx", lambda: make.packed(make.parts(**make.NO_RELATIONS)), "no_sheet"),
    ("cut xml.xlsx", lambda: make.packed(make.parts('<row r="1"><c r="A1"><v>1</v>')), "broken"),
    ("wild index.xlsx", lambda: make.packed(make.parts('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')), "broken"),
    ("minus index.xlsx", lambda: make.packed(make.parts('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>')), "broken"),
    ("wild cell.xlsx", lambda: make.packed(make.parts('<row r="1"><c r="ÀÀ1"><v>1</v></c></row>')), "broken"),
    ("row 0.xlsx", lambda: make.packed(make.parts('<row r="0"><c r="A0"><v>1</v></c></row>')), "broken"),
    ("rows back.xlsx", lambda: make.packed(make.parts('<row r="9"/><row r="2"/>')), "broken"),
    ("row too far.xlsx", lambda: make.packed(make.parts('<row r="1048577"/>')), "broken"),
    ("two of one name.xlsx", make.twice, "broken"),
    ("bad checksum.xlsx", lambda: make.packed(make.parts(), 0).replace("电话".encode(), "电活".encode()), "broken"),
    ("odd method.xlsx", lambda: make.packed(make.parts(), 12), "broken"),
    ("16,384 columns.xlsx", lambda: make.wide(16_384), "too_large"),
    ("wide.csv", lambda: b"," * 600 + b"x\n", "too_large"),
    ("too many rows.xlsx", lambda: make.packed(make.parts("<row><c><v>1</v></c></row>" * 1_100)), "too_large"),
    ("too many rows.csv", lambda: b"a,b\n" * 1_100, "too_large"),
    ("20 MB.csv", lambda: b"a,b\n" * 5_300_000, "too_large"),
    ("lying size.xlsx", lambda: make.lying(3_000_000, 1_000), "bomb"),
    ("ratio.xlsx", lambda: make.packed(make.parts("<!--" + "0" * 30_000_000 + "-->")), "bomb"),
    ("unpacked.xlsx", lambda: make.packed(make.parts(**{f"x__{n}": b"ab" * 480_000 for n in range(110)})), "too_large"),
    ("overlapping.xlsx", make.overlapping, "bomb"),
    ("5,000 entries.xlsx", lambda: make.packed(make.parts(**{f"x__{n}": b"" for n in range(5_000)})), "too_large"),
    ("many in 64 bits.xlsx", lambda: make.long_form(10**9), "too_large"),
    ("dots.xlsx", lambda: make.packed(make.parts(**{"..__..__etc__passwd": b"x"})), "unsafe_entry"),
    ("absolute.xlsx", lambda: make.packed(make.parts(__etc__passwd=b"x")), "unsafe_entry"),
    ("backslash.xlsx", make.backslash, "unsafe_entry"),
    ("symlink.xlsx", make.symlink, "unsafe_entry"),
    ("laughs.xlsx", make.laughs, "entities"),
    ("outside.xlsx", make.outside, "entities"),
    ("deep.xlsx", lambda: make.packed(make.parts("<a>" * 200_000)), "broken"),
]  # fmt: skip


def worked() -> float:
    """Processor seconds of this process and of the readers that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


@pytest.mark.parametrize(("name", "data", "code"), REFUSED, ids=[r[0] for r in REFUSED])
def test_refused(tmp_path: Path, name: str, data: Callable[[], bytes], code: str) -> None:
    path = make.write(tmp_path, "file", data())
    began = worked()
    with pytest.raises(SpreadsheetRefused) as caught:
        read(path)
    assert caught.value.code == code
    assert worked() - began < 4  # seconds of processor, which others' load does not lengthen (B-3: 2 s alone)


def test_too_long_texts_are_errors_of_their_cell(tmp_path: Path) -> None:
    _, rows, _ = read(make.write(tmp_path, "a.csv", b"a,b\n" + b"x" * 40_000 + b",1\n"))
    assert rows == [["a", "b"], [CellError("too_long", "x" * 50), "1"]]
    with pytest.raises(SpreadsheetRefused) as caught:
        read(make.write(tmp_path, "a.csv", b'a,"' + b"x" * 10_000_000))
    assert caught.value.code == "broken"


def test_an_unknown_sheet_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpreadsheetRefused) as caught:
        read(make.write(tmp_path, "a.xlsx", make.excel(_typed)), "没有")
    assert (caught.value.code, caught.value.params) == ("no_sheet", {"sheet": "没有"})


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpreadsheetRefused):
        inspect(tmp_path / "absent.xlsx")


def test_time_and_memory_are_bounded(tmp_path: Path) -> None:
    strings = "<sst>" + "".join(f"<si><t>{n:x}</t></si>" for n in range(1_500_000)) + "</sst>"
    path = make.write(tmp_path, "a.xlsx", make.packed(make.parts(**{"xl__sharedStrings.xml": strings})))
    with pytest.raises(SpreadsheetRefused) as caught:
        read(path, limits=SpreadsheetLimits(memory_bytes=110 * 1024 * 1024))
    assert caught.value.params["what"] == "memory"
    began = time.monotonic()
    with pytest.raises(SpreadsheetRefused) as caught:
        read(path, limits=SpreadsheetLimits(seconds=1, strings=10**9, memory_bytes=2**31))
    assert caught.value.code == "too_slow"
    assert time.monotonic() - began < 3


def test_leaving_early_ends_the_process(tmp_path: Path) -> None:
    path = make.write(tmp_path, "a.csv", b"a,b\n" * 90_000)
    with read_table(path, limits=SpreadsheetLimits()) as table:
        assert next(table.rows) == ["a", "b"]
        process = table._process
    assert process.poll() is not None


def _mutants(count: int) -> list[bytes]:
    rnd = random.Random(20261121 + count)
    sources = [make.excel(_typed), make.old_xls(), CSV_TEXT.encode("gb18030"), make.packed(make.parts(), 0)]
    made = []
    for number in range(count):
        data = bytearray(sources[number % len(sources)])
        for _ in range(rnd.choice((1, 3, 20))):
            how, at = rnd.randrange(4), rnd.randrange(len(data))
            if how == 0:
                data[at] = rnd.randrange(256)
            elif how == 1:
                data[at] ^= 1 << rnd.randrange(8)
            elif how == 2:
                del data[at : at + rnd.randrange(1, 40)]
            else:
                data[at:at] = rnd.randbytes(rnd.randrange(1, 40))
            if not data:
                break
        made.append(bytes(data))
    return made


@pytest.mark.parametrize("count", [200, pytest.param(500, marks=pytest.mark.nightly)])
def test_mutated_files_give_rows_or_a_refusal(tmp_path: Path, count: int) -> None:
    outcomes = {"rows": 0, "refused": 0}
    for number, data in enumerate(_mutants(count)):
        path = make.write(tmp_path, f"{number}", data)
        began = worked()
        try:
            _, rows, _ = read(path)
            assert rows
            outcomes["rows"] += 1
        except SpreadsheetRefused as refusal:
            assert refusal.code != "too_slow"
            outcomes["refused"] += 1
        assert worked() - began < 5
    assert min(outcomes.values()) > 10, outcomes


def test_20_000_rows_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    for row in range(20_001):
        sheet.write_string(row, 0, f"客户{row}")
        sheet.write_number(row, 1, 13_800_000_000 + row)
        for column in range(2, 12):
            sheet.write_number(row, column, row * 0.25)
    book.close()
    began = worked()
    count = 0
    # The limit on address space bounds what is resident.
    for row in read_rows(path, limits=SpreadsheetLimits(memory_bytes=300 * 1024 * 1024)):
        assert row[1] == str(13_800_000_000 + count)
        count += 1
    assert count == 20_001
    assert worked() - began < 20


# Headers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        ([["名称", "电话"], ["华为", "1"]], 0),
        ([["客户导出表"], [], ["名称", "电话", "日期"], ["华为", "1", "2026-01-02"]], 2),
        ([["导出日期：", "2026-01-02"], ["名称", "电话", "金额", "备注"]], 1),
        ([["名称", None, "电话"]], 0),
        ([["名称"], ["华为"]], 0),
        ([["1", "2"], ["3", "4"]], None),
        ([], None),
        ([[], [None]], None),
        ([["名称", "名称", "电话"]], 0),
    ],
)
def test_header_row(rows: list[list[Cell]], index: int | None) -> None:
    assert guess_header_row(rows) == index


def test_header_names() -> None:
    rows: list[list[Cell]] = [[], ["名称", " 电 \n话 ", None, "名称"]]
    assert read_header(rows) == (1, ["名称", "电 话", "", "名称 (2)"])
    with pytest.raises(SpreadsheetRefused):
        read_header([["1", "2"]])


def test_dates_out_of_range_are_errors(tmp_path: Path) -> None:
    styles = f'<styleSheet xmlns="{make.MAIN}"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    xml = '<row r="1"><c s="0"><v>2958465</v></c><c s="0"><v>2958466</v></c><c s="0"><v>-1</v></c></row>'
    _, rows, _ = read(make.write(tmp_path, "a.xlsx", make.packed(make.parts(xml, **{"xl__styles.xml": styles}))))
    assert rows == [["9999-12-31", CellError("not_a_date", "2958466"), CellError("not_a_date", "-1")]]
    assert date.fromisoformat(str(rows[0][0]))
