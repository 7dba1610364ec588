"""B-4: what is exported is never run, stays exact, and is read back as it was."""

from __future__ import annotations

import io
import random
import re
import resource
import shutil
import subprocess
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kemai.kit.spreadsheet.archive import Archive
from kemai.kit.spreadsheet.delimited import Delimited
from kemai.kit.spreadsheet.guard import guard_text, is_dangerous, unguard_text
from kemai.kit.spreadsheet.model import DEFAULT_LIMITS, Cell, ReadNotes
from kemai.kit.spreadsheet.reader import read_table
from kemai.kit.spreadsheet.writer import Column, CsvRows, XlsxRows, safe_file_name, sheet_name
from kemai.kit.spreadsheet.xlsx import Xlsx

COLUMNS = [
    Column("名称", required=True, note="必填"),
    Column("电话"),
    Column("金额", "money"),
    Column("日期", "date"),
    Column("时间", "instant"),
    Column("停用", "bool"),
    Column("比例", "percent"),
]
SHANGHAI = ZoneInfo("Asia/Shanghai")
VALUES = (
    "=cmd|' /C calc'!A0",
    "+8613800001234",
    Decimal("-1234.50"),
    date(2026, 2, 28),
    datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    True,
    Decimal("0.15"),
)


def read_xlsx(path: Path) -> list[list[Cell]]:
    with closing(Archive(str(path), DEFAULT_LIMITS)) as archive:
        return list(Xlsx(archive, DEFAULT_LIMITS).rows(None, ReadNotes()))


def read_csv(path: Path) -> list[list[Cell]]:
    return list(Delimited(str(path), DEFAULT_LIMITS).rows(ReadNotes()))


def xml_of(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels")))


def test_xlsx_holds_real_values_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with XlsxRows(path, COLUMNS, title="客户/导出", note="王芳 2026-01-02 导出", zone=SHANGHAI) as out:
        out.write(VALUES)
        out.write(("110101199001011234", "https://x.cn", "9007199254740993.21", "0001-01-01", "x", None, ""))
        out.write(("", "@SUM(1)", "1234.50", "2026-02-28", "2026-01-02T03:04:05+00:00", False, "0.5"), marks={1})
    with read_table(path) as table:
        rows = list(table.rows)
        assert [s.name for s in table.info.sheets] == ["客户 导出", "导出信息"]
        assert table.notes.formulas == table.notes.errors == 0
    assert rows == [
        [c.title for c in COLUMNS],
        [VALUES[0], "+8613800001234", "-1234.5", "2026-02-28", "2026-01-02T11:04:05", True, "15%"],
        ["110101199001011234", "https://x.cn", "9007199254740993.21", "0001-01-01", "x"],
        [None, "@SUM(1)", "1234.5", "2026-02-28", "2026-01-02T11:04:05", False, "50%"],
    ]
    xml = xml_of(path)
    assert "<f>" not in xml
    assert "<hyperlink " not in xml
    assert "王芳 2026-01-02 导出" in xml
    assert 'quotePrefix="1"' in xml


def test_csv_is_guarded_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with CsvRows(path, COLUMNS, zone=SHANGHAI) as out:
        out.write(VALUES)
        out.write(("-5", "'=1", None, "2026-02-28", "2026-01-02T03:04:05+00:00", "两\n行", '"引",'))
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert lines[1] == "'=cmd|' /C calc'!A0,'+8613800001234,-1234.50,2026-02-28,2026-01-02 11:04:05,TRUE,0.15"
    assert lines[2].startswith("-5,''=1,,2026-02-28,2026-01-02 11:04:05,")
    assert read_csv(path)[1:] == [
        [VALUES[0], "+8613800001234", "-1234.50", "2026-02-28", "2026-01-02 11:04:05", "TRUE", "0.15"],
        ["-5", "'=1", None, "2026-02-28", "2026-01-02 11:04:05", "两\n行", '"引",'],
    ]


DANGEROUS = [
    "=1+1",
    "+1-2",
    "-1+2",
    "@SUM(1)",
    "\t=1",
    "\rx",
    "\nx",
    " =1",
    "\u200b=1",
    "＝1+1",
    "＋1",
    "－1+1",
    "＠x",
    "\ufeff=1",
]
HARMLESS = ["", "a=1", "-12.5", "-3%", "华为=", "13800001234", "'x", "(=1)", "1-2", "–x"]


def test_what_is_dangerous() -> None:
    assert [text for text in DANGEROUS if not is_dangerous(text)] == []
    assert [text for text in HARMLESS if is_dangerous(text)] == []


TAILS = ("", "|calc", '";x', "\n2", "华")
TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("=+-@\t\r\n'＝＋－＠ \u200b\u3000\"1,;a华"), st.characters(exclude_categories=["Cs"])
    ),
    max_size=12,
)


@settings(max_examples=2_000, deadline=None)
@given(TEXTS)
def test_a_guarded_text_is_harmless_and_comes_back(text: str) -> None:
    guarded = guard_text(text)
    assert not is_dangerous(guarded)
    assert unguard_text(guarded) == text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=40))
def test_every_text_survives_export_and_import(tmp_path: Path, rows: list[list[str]]) -> None:
    columns = [Column("甲"), Column("=乙"), Column("丙")]
    with XlsxRows(tmp_path / "a.xlsx", columns) as book, CsvRows(tmp_path / "a.csv", columns) as table:
        for row in rows:
            book.write(row)
            table.write(row)
    wanted = [["甲", "=乙", "丙"], *([cell or None for cell in row] for row in rows)]

    def squeezed(found: list[list[Cell]]) -> list[list[Cell]]:
        return [row + [None] * (3 - len(row)) for row in found if row]

    wanted = [row for row in wanted if any(row)]
    assert squeezed(read_xlsx(tmp_path / "a.xlsx")) == [[_stored(cell) for cell in row] for row in wanted]
    assert squeezed(read_csv(tmp_path / "a.csv")) == wanted
    assert "<f>" not in xml_of(tmp_path / "a.xlsx")


def opened(path: Path) -> str:
    """The file as LibreOffice reads it, formulas in text files evaluated: its own XML."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-calc-nogui)")
    words = ["--headless", "--convert-to", "fods", "--outdir", str(path.parent / "out")]
    if path.suffix == ".csv":  # comma, quotes, UTF-8; the last but one word: formulas are evaluated
        words.append("--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1,true")
    home = f"-env:UserInstallation=file://{path.parent}/office"
    subprocess.run([office, home, *words, str(path)], check=True, capture_output=True, timeout=300)
    return (path.parent / "out" / path.with_suffix(".fods").name).read_text()


def texts_of(xml: str) -> list[str]:
    """The first column as it is shown, row by row."""
    spaces = {n: f"{{urn:oasis:names:tc:opendocument:xmlns:{n}:1.0}}" for n in ("table", "text")}
    table = next(ElementTree.fromstring(xml).iter(f"{spaces['table']}table"))
    rows = table.iter(f"{spaces['table']}table-row")
    return ["".join(next(iter(row)).itertext()).strip() for row in rows]


@pytest.mark.nightly
@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_an_office_program_runs_nothing(tmp_path: Path, suffix: str) -> None:
    """B-4: LibreOffice finds no formula among two thousand hostile texts, and shows the words."""
    rnd = random.Random(20261130)
    texts = [f"{start}{rnd.randrange(100)}+A1{rnd.choice(TAILS)}" for start in DANGEROUS for _ in range(150)]
    path = tmp_path / f"a.{suffix}"
    with (XlsxRows if suffix == "xlsx" else CsvRows)(path, [Column("=1+1"), Column("金额", "money")]) as out:
        for text in texts:
            out.write((text, Decimal("-1.50")))
    xml = opened(path)
    assert len(texts) >= 2_000 and "table:formula=" not in xml
    shown = texts_of(xml)
    assert [text for text in texts if _seen(text) not in map(_seen, shown)][:5] == []
    assert xml.count('office:value="-1.5"') == len(texts), "numbers stay numbers"


def _seen(text: str) -> str:
    """What is left of a text on the screen: neither the guard nor what has no shape."""
    return re.sub(r"[\s'\u200b\ufeff]", "", text)


@pytest.mark.nightly
def test_the_office_program_would_run_it(tmp_path: Path) -> None:
    """T-3: the same text unguarded is a formula to it."""
    (tmp_path / "a.csv").write_text("甲\n=1+1\n")
    assert "table:formula=" in opened(tmp_path / "a.csv")


def _stored(cell: str | None) -> str | None:
    return None if cell is None else cell.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")


def test_long_tables_go_on_in_another_sheet(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with XlsxRows(path, [Column("号", "integer")], title="客户", sheet_rows=101) as out:
        for number in range(250):
            out.write((number,))
    assert out.count == 250
    seen: list[str] = []
    for name in ("客户", "客户 (2)", "客户 (3)"):
        with read_table(path, sheet=name) as table:
            header, *rows = list(table.rows)
            assert header == ["号"]
            seen += [str(row[0]) for row in rows]
    assert seen == [str(n) for n in range(250)]


def test_templates_offer_choices(tmp_path: Path) -> None:
    columns = [
        Column("类型", choices=("公司", "个人"), note="选一个"),
        Column("大", choices=tuple("x" * 30 for _ in range(20))),
    ]
    with XlsxRows(tmp_path / "a.xlsx", columns, template=True):
        pass
    xml = xml_of(tmp_path / "a.xlsx")
    assert xml.count("<dataValidation ") == 1
    assert '"公司,个人"' in xml
    assert "选一个" in xml


def test_too_long_texts_are_cut_and_counted(tmp_path: Path) -> None:
    with XlsxRows(tmp_path / "a.xlsx", [Column("甲")]) as out:
        out.write(("x" * 40_000,))
    assert out.truncated == 1
    assert len(str(read_xlsx(tmp_path / "a.xlsx")[1][0])) == 32_767


def test_memory_does_not_grow_with_rows(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with XlsxRows(tmp_path / "a.xlsx", [Column("甲"), Column("乙", "money")]) as out:
        for number in range(60_000):
            out.write((f"客户{number}", Decimal(number)))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 1024  # KiB on Linux


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("客户", "客户"),
        ("a/b:c*[d]?\\", "a b c d"),
        ("'引'", "引"),
        ("", "Sheet"),
        ("History", "History_"),
        ("长" * 40, "长" * 31),
        ("𠮷" * 40, "𠮷" * 15),
    ],
)
def test_sheet_names(title: str, name: str) -> None:
    assert sheet_name(title) == name
    assert sheet_name("客户", 1, ["客户"]) == "客户 (2)"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("客户 导出.xlsx", "客户 导出.xlsx"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("=cmd.xlsx", "cmd.xlsx"),
        ("-rf.csv", "rf.csv"),
        ("\u202egpj.xlsx", "_gpj.xlsx"),
        ("", "export"),
        ("...", "export"),
        ("a" * 300 + ".xlsx", "a" * 115 + ".xlsx"),
    ],
)
def test_file_names(name: str, safe: str) -> None:
    assert safe_file_name(name) == safe


def test_the_archive_is_a_plain_workbook(tmp_path: Path) -> None:
    with XlsxRows(tmp_path / "a.xlsx", [Column("甲")]) as out:
        out.write(("x",))
    names = zipfile.ZipFile(io.BytesIO((tmp_path / "a.xlsx").read_bytes())).namelist()
    assert not [name for name in names if "external" in name.lower() or "vba" in name.lower()]
