"""The template of a kind of record: headings in the person's language, an example row, and a sheet that explains every field."""

from __future__ import annotations

import tempfile
from pathlib import Path

from kemai.accounts.access import Actor
from kemai.kit.spreadsheet.writer import Column, XlsxRows
from kemai.kit.words import LANGUAGES, T, language
from kemai.platform.objects.declare import Field, ObjectType, get_object
from kemai.platform.transfer.plan import import_fields, is_written, needed, require_import

GUIDE = T("填写说明", "How to fill in")
REQUIRED = T("必填", "required")
OPTIONAL = T("选填", "optional")
UP_TO = T("最多 {limit} 字", "at most {limit} characters")
CHOICES = T("可选：{choices}", "one of: {choices}")
REFERS = T("填写已有{label}的名称、编号或登录名", "the name, number or user name of an existing record ({label})")
FIRST = T(
    "第一行是列名，请勿改动；第二行是示例，导入时会自动跳过。不需要的列可以删除，列的顺序不限。",
    "The first row holds the headings; leave it as it is. The second is an example and is skipped. Columns may be removed or moved.",
)
LONG_NUMBERS = T(
    "电话、证件号、信用代码等长数字请保持“文本”格式，以免 Excel 丢失末尾数字。",
    "Keep telephone numbers and codes formatted as text, or the spreadsheet loses their last digits.",
)


def example_values(declaration: ObjectType) -> dict[str, str]:
    """Field → the example text of a template in the present language."""
    return {
        f.name: text
        for f in declaration.fields
        if f.importable and f.writable and not f.target and (text := f.type.example(f))
    }


def make_template(actor: Actor, declaration: ObjectType) -> bytes:
    """The .xlsx; :class:`Forbidden` without the right to import."""
    require_import(actor, declaration)
    fields = [f for f in import_fields(actor, declaration) if is_written(actor, declaration, f)]
    columns = [
        Column(
            f.label.to(),
            note=explain(f),
            required=needed(f),
            choices=tuple(i.label.to() for i in f.choice_items() if i.active),
        )
        for f in fields
    ]
    example = example_values(declaration)
    guide = "\n".join([FIRST.to(), LONG_NUMBERS.to(), "", *(f"{f.label.to()}：{explain(f)}" for f in fields)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        with XlsxRows(
            path, columns, title=declaration.plural.to(), note=guide, note_title=GUIDE.to(), template=True
        ) as out:
            out.write([example.get(f.name, "") for f in fields])
        return path.read_bytes()


def explain(f: Field) -> str:
    """What a field takes, in one line."""
    parts = [REQUIRED.to() if needed(f) else OPTIONAL.to()]
    if f.help:
        parts.append(f.help.to())
    items = [i.label.to() for i in f.choice_items() if i.active]
    if items:
        parts.append(CHOICES.to(choices="、".join(items)))
    if f.target:
        parts.append(REFERS.to(label=get_object(f.target).label.to()))
    if f.max_length:
        parts.append(UP_TO.to(limit=f.max_length))
    return "；".join(parts)


def example_sets(declaration: ObjectType) -> list[dict[str, str]]:
    """The examples in every language: a row that still says just this is skipped by an import."""
    found = []
    for name in LANGUAGES:
        token = language.set(name)
        try:
            found.append(example_values(declaration))
        finally:
            language.reset(token)
    return found
