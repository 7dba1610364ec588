"""Spreadsheets of every kind that people and attackers send, made by code (B-2, B-3)."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="数据" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
BOOK_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>'
)
NO_RELATIONS = {"xl___rels__workbook.xml.rels": "<Relationships/>"}
ROW = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c><c r="B1" t="inlineStr"><is><t>电话</t></is></c></row>'
)
# Written by a spreadsheet program in the old binary format: 名称/电话/日期/金额, two rows, and a hidden sheet.
OLD_XLS = """
c-rk)T}V_x6#nMk{gqwaH4QW{S;)#1j0hvpt=00$#eSf&pxj&{42`8iBgnF)AOa<bih3~Yp%*KNEJ~=i9;EH(p$H@`dh(^9pa=DK&e^-Bwt)*N
827u(IWuQw&YYb&b7pp4CHy13_X|fc3)RpuX}IB-CR3E$se%twZy20SaTg`S!lHuPMGNV$<B503$!o~#Jqiu?Y|n`TpD69aQH0xCqs0q|kl4_q
*oG=)Bj3|-gHkpM#I9VS2Zb&XdRN*$6}m|zmxNYP+Y!}>L@->s!Sv(ZT0rWui7E_8pARBgi+sFbKR(^9l5OqS96Q`}WRX=A**xe2Eooh}H5%h`
4sIh0*h46<uP?8y9YG!~cOQNj#lZK}zJ6A0$ro0xK=Pk6<<7szU9^a^<(D-Z&<W#!VrP!SgGw9MXzJG9$_STh9PAmI>b{bQk5g!OnZcUcdv|{A
Ah!Pa@I_)@qRS5vd);&MDzWg6jbR-s^nT#u%N`x5sHh|-YtQ0iK*EM^M%eJmX7UhiMvmnDvZZ`9*7%)oZ|Wlr!TloXl+lw1$_lm~2F`E~>YOb#
x=^kul^$z^o)xXjBwr{rkNll@NkhJw+1e#-&Pi<vjk8YhHn?(Heih~8W7{4T#XkpEQ@+1$^kiQDyI?N@big%JfBw2qrpnayYmCRi6jx^G85Uab
M;LNxKGSx?JT-GL!5fd@7n&^b?5L@dX3kZzq*F;Zb*VJEl<4Bw(P_Sv=mNS=G(K>L2FX4SmbnNdSnJpYC+T8MS{hB7XtJ9lC)dnj>ea-K(9o%d
^Rf1tYAqKJxj6;b-&hD=P*ZfV`hrU93p`met4KGi7A#n>V8Ma~3-bgem(S#dn=fB>^8)8I-*qM^O<K<+|1GwojlN^_mvReQiO0~9k^d}(U8QuX
Ird4t7czFy=rOb)B6hT7?7wsYSJQvboICpd-4@Dp{K-u0oaga>0nKz0<N
"""


def sheet(rows: str) -> str:
    """The XML of a sheet."""
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def parts(rows: str = ROW, **more: str | bytes) -> dict[str, str | bytes]:
    """The parts of a small workbook; `more` replaces or adds (`__` stands for `/`)."""
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELS,
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": BOOK_RELS,
        "xl/worksheets/sheet1.xml": sheet(rows),
    }
    made.update({name.replace("__", "/"): value for name, value in more.items()})
    return made


def packed(entries: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, value in entries.items():
            archive.writestr(name, value)
    return out.getvalue()


def excel(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """A workbook as a real program writes it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(book)
    book.close()
    return out.getvalue()


def old_xls() -> bytes:
    """A real .xls."""
    return zlib.decompress(base64.b85decode(OLD_XLS.replace("\n", "")))


def ole(*names: str) -> bytes:
    """The beginning of an OLE container whose directory names these streams."""
    directory = b"".join(name.encode("utf-16-le").ljust(64, b"\0") + b"\0" * 64 for name in names)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + directory.ljust(1536, b"\0")


def lying(size: int, claimed: int) -> bytes:
    """A workbook whose sheet unpacks to `size` bytes but claims `claimed`, in both headers."""
    data = bytearray(packed(parts("<!--" + " " * size + "-->" + ROW)))
    name = b"xl/worksheets/sheet1.xml"
    local = data.find(name) - 30
    central = data.rfind(name) - 46
    struct.pack_into("<I", data, local + 22, claimed)
    struct.pack_into("<I", data, central + 24, claimed)
    return bytes(data)


def overlapping() -> bytes:
    """Two entries that share their bytes."""
    data = bytearray(packed(parts(**{"xl__a.xml": "x" * 500})))
    central = data.rfind(b"xl/a.xml") - 46
    (offset,) = struct.unpack_from("<I", data, data.rfind(b"xl/worksheets/sheet1.xml") - 46 + 42)
    struct.pack_into("<I", data, central + 42, offset)
    return bytes(data)


def entry_flag(flag: int) -> bytes:
    """A workbook whose first entry has a flag set in the directory."""
    data = bytearray(packed(parts()))
    central = data.find(b"PK\x01\x02")
    struct.pack_into("<H", data, central + 8, flag)
    return bytes(data)


def symlink() -> bytes:
    """An archive with a symbolic link."""
    out = io.BytesIO(packed(parts()))
    with zipfile.ZipFile(out, "a") as archive:
        link = zipfile.ZipInfo("xl/media/link")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def backslash() -> bytes:
    """An archive with a path of another system that leads out."""
    return packed(parts(xl__AAAAAAAAAAA="x")).replace(b"xl/AAAAAAAAAAA", b"..\\..\\evil.xml")


def twice() -> bytes:
    """An archive with two entries of one name."""
    return packed(parts(**{"xl__worksheets__sheet2.xml": "x"})).replace(b"sheet2.xml", b"sheet1.xml")


def long_form(entries: int | None = None) -> bytes:
    """An archive whose end is written in the 64-bit form, as some programs always do."""
    data = packed(parts())
    at = data.rfind(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HII", data, at + 10)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, entries or count, size, offset)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:at] + record + locator + end


def wide(columns: int) -> bytes:
    """One row with a value in each column."""

    def fill(book: xlsxwriter.Workbook) -> None:
        made = book.add_worksheet()
        for column in range(columns):
            made.write_number(0, column, column)

    return excel(fill)


def write(folder: Path, name: str, data: bytes) -> Path:
    """Puts a file somewhere."""
    path = folder / name
    path.write_bytes(data)
    return path


def laughs() -> bytes:
    """Entities that multiply."""
    entities = '<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    text = sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row>')
    return packed(
        parts(**{"xl__worksheets__sheet1.xml": text.replace("<worksheet", f"<!DOCTYPE x [{entities}]><worksheet")})
    )


def outside() -> bytes:
    """An entity that reads a file."""
    text = sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>')
    declared = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet'
    return packed(parts(**{"xl__worksheets__sheet1.xml": text.replace("<worksheet", declared)}))
