"""A person with something of him everywhere, and the search for what is left."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

from kemai.base.files import store_file
from kemai.base.models import StoredFile
from kemai.kit.spreadsheet.writer import Column, XlsxRows
from kemai.kit.words import T
from kemai.platform.notify import notify
from tests.calling import Caller
from tests.fields.samples import define
from tests.world import World

Call = Callable[[str], Caller]
#: Marks of the person, none of which stands for anybody else.
NAME, PHONE, EMAIL, WECHAT = "欧阳金丝雀", "13912345678", "canary.person@secret.example", "wx_canary_person"
TITLE, REMARK, UNIT, CUSTOM, TALK = "金丝雀职务", "金丝雀备注", "金丝雀科室", "金丝雀自定", "金丝雀谈话"
WAYS = (NAME, PHONE, EMAIL, WECHAT)
MARKS = (*WAYS, TITLE, REMARK, UNIT, CUSTOM, TALK, "金丝雀附件")
#: What belongs to the company and stays.
KEPT = "采购五十台"


@dataclass(frozen=True)
class Planted:
    """The person's record, a talk with him, and who else is at the company."""

    contact: UUID
    talk: UUID
    mention: UUID
    colleague: UUID


def made(caller: Caller, path: str, body: dict[str, object], status: int = 201) -> dict[str, object]:
    answer = caller.post(path, body)
    assert answer.status_code == status, (path, answer.content.decode())
    found: dict[str, object] = answer.json()
    return found


def plant(world: World, call: Call) -> Planted:
    """A contact of rep's customer with values in every personal field, edited once, talked with, imported, exported, told of."""
    rep, customer = call("rep"), str(world.get("customers", "mine").id)
    define(call, "contacts", {"key": "canary", "type": "text", "label_zh": "私人", "data_class": "personal"})
    define(call, "contacts", {"key": "paper", "type": "file", "label_zh": "证件"})
    paper = store_file([f"{NAME} 金丝雀附件".encode()], name=f"{NAME}.txt", created_by=world.users["rep"])
    body = {
        "name": NAME,
        "customer": customer,
        "phone": PHONE,
        "email": EMAIL,
        "wechat": WECHAT,
        "title": TITLE,
        "unit": UNIT,
        "remark": "先前的备注",
        "birthday": "1980-02-03",
        "custom.canary": CUSTOM,
        "custom.paper": str(paper.id),
    }
    contact = made(rep, "/contacts", body)
    colleague = made(
        rep, "/contacts", {"name": "王伟", "customer": customer, "phone": "13900008888", "email": "wang@other.example"}
    )
    assert rep.patch(f"/contacts/{contact['id']}", {"remark": f"{REMARK} {PHONE}"}, 1).status_code == 200
    about = {"customer": customer, "contact": contact["id"]}
    talk = made(rep, "/interactions", {**about, "content": f"{TALK}：{NAME}说要{KEPT}，电话 139-1234-5678"})
    mention = made(
        rep, "/interactions", {"customer": customer, "content": f"王伟说{NAME}下周来，邮箱 {EMAIL.upper()}，{KEPT}"}
    )
    made(rep, "/tasks", {"title": f"给{NAME}打电话", "related": {"object": "contacts", "id": contact["id"]}})
    made(rep, "/consents", {"contact": contact["id"], "purpose": "marketing", "evidence": f"{NAME}当面同意"})
    made(rep, "/customers", {"name": "无关公司", "remark": f"{NAME}介绍来的"})
    assert rep.post(
        "/contacts", {"name": f"{NAME}之友", "customer": customer, "phone": "1"}, Idempotency_Key="canary"
    ).status_code
    _passing(world, "export", rep)
    _passing(world, "upload", rep)
    notify(world.users["rep"], kind="mention", title=T(f"{NAME}来电", f"{NAME} called"), text=PHONE, path="/")
    view = {"object": "contacts", "name": "他", "filter": {"field": "name", "op": "contains", "value": NAME}}
    rep.post("/views", view)
    return Planted(*(UUID(str(x["id"])) for x in (contact, talk, mention, colleague)))


def _passing(world: World, purpose: str, rep: Caller) -> None:
    """A spreadsheet that names him, as exports and imports leave behind."""
    path = Path(settings.FILES_DIR) / f"{purpose}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    with XlsxRows(
        path, [Column("姓名"), Column("电话")], title="联系人", note="", note_title="说明", number=""
    ) as book:
        book.write([NAME, PHONE])
    store_file([path.read_bytes()], name=f"{purpose}.xlsx", created_by=world.users["rep"], purpose=purpose)
    path.unlink()


def leavings(marks: tuple[str, ...] = MARKS, uploads: bool = True) -> list[str]:
    """Where any of the marks still stands: every row of every table as text, and the bytes of every stored file."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace "
            "AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            for mark in marks:
                cursor.execute(
                    f"SELECT count(*), min(left(x::text, 400)) FROM {table} x WHERE x::text ILIKE %s "
                    "OR position(convert_to(%s, 'UTF8') in convert_to(x::text, 'UTF8')) > 0",
                    [f"%{mark}%", mark],
                )
                count, row = cursor.fetchone()
                found += [f"{table}: {mark} ({count}) {row}"] if count else []
                cursor.execute(f"SELECT count(*) FROM {table} x WHERE x::text LIKE %s", [f"%{mark.encode().hex()}%"])
                found += [f"{table}: {mark} as bytes"] if cursor.fetchone()[0] else []
    if uploads:
        for row in StoredFile.objects.filter(state="ready"):
            place = Path(settings.FILES_DIR) / row.sha256[:2] / row.sha256
            content = place.read_bytes() if place.exists() else b""
            found += [f"file {row.name}: {m}" for m in marks if m.encode() in content]
    return found


def as_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
