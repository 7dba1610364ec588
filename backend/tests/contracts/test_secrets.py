"""S-13: a secret in every place that takes one; then no answer, no log line, no export and no row, so no backup either, has it in clear."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from kemai.accounts.models import Session
from kemai.accounts.rules import totp
from kemai.accounts.sessions import COOKIE
from kemai.base import sealing
from kemai.base.jobs import run_job
from kemai.base.models import StoredFile
from kemai.integrations.services import mail_server
from kemai.kit.clock import now
from tests import logwatch
from tests.calling import Caller
from tests.contracts.questions import told
from tests.contracts.test_doors import KEY, operations
from tests.world import PASSWORD, World

Call = Callable[[str], Caller]
MAIL = {
    "on": True,
    "host": "127.0.0.1",
    "port": 465,
    "security": "tls",
    "username": "sender",
    "sender_address": "crm@mail.example",
    "sender_name": "客脉",
}


def made(answer: Any) -> dict[str, Any]:
    assert answer.status_code in (200, 201), answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def planted(world: World, admin: Caller) -> dict[str, str]:
    """Each secret by its name, given or made as a person would."""
    mail = made(admin.put("/admin/mail", {**MAIL, "password": "canary-mail-password"}, 1))
    assert mail["has_password"]
    offer = made(admin.post("/me/factors/totp", {"password": PASSWORD}))
    code = totp.code_at(offer["secret"], totp.step_at(now().timestamp()))
    kept = made(admin.post("/me/factors/totp/confirm", {"offer": offer["offer"], "code": code}))
    webhook = {"name": "ERP", "url": "https://erp.example/in", "subscriptions": [{"object": "customers", "events": []}]}
    temporary = "canary-temporary-Word-77"
    assert admin.post(f"/users/{world.users['rep2']}/reset-password", {"password": temporary}).status_code == 200
    link = made(admin.post(f"/users/{world.users['rep3']}/password-link"))
    return {
        "password of the mail server": "canary-mail-password",
        "secret of a webhook": made(admin.post("/webhooks", webhook))["secret"],
        "API token": made(admin.post("/me/tokens", {"name": "程序", "days": 30}))["token"],
        "address of a calendar": made(admin.post("/me/calendar-feeds", {"name": "手机"}))["path"],
        "second factor": offer["secret"],
        "recovery code": kept["new_recovery_codes"][0],
        "temporary password": temporary,
        "link to a password": re.split("[#=/]", next(iter(link.values())))[-1],
        "session": admin.client.cookies[COOKIE].value,
        "password": PASSWORD,
    }


def rows_with(secrets: dict[str, str]) -> list[str]:
    """``table: secret`` for every row of the whole database that holds one in clear, as a dump would."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
        )
        tables = [row[0] for row in cursor.fetchall()]
        parts = " UNION ALL ".join(
            f"SELECT '{t}: ' || s.name FROM {t} x JOIN unnest(%(names)s::text[], %(values)s::text[]) s (name, value) "
            "ON position(s.value in x::text) > 0"
            for t in tables
        )
        cursor.execute(parts, {"names": list(secrets), "values": list(secrets.values())})
        return sorted({row[0] for row in cursor.fetchall()})


def in_text(where: str, text: str, secrets: dict[str, str]) -> list[str]:
    return [f"{where}: {name}" for name, value in secrets.items() if value in text]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every line logged, of structlog and of others."""
    lines: list[str] = []
    monkeypatch.setattr(logwatch, "note", lines.append)
    return lines


def test_no_secret_comes_out_again(world: World, call: Call, heard: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers of every GET to its owner and administrator, refusals, an error's answer and its log, exports, every row."""
    key = "canary-installation-key-0123456789-abcdefghij"
    with override_settings(SECRET_KEY=key, SECRET_KEY_FALLBACKS=[f"former-{key}"]):
        admin = call("admin")
        secrets = planted(world, admin) | {"key": key}
        ids = {"webhooks": made(admin.get("/webhooks"))["items"][0]["id"], "users": str(world.users["rep2"])}
        wrong = []
        for method, path in operations(admin):
            if method == "GET":
                answer = admin.get(path.replace(KEY, ids.get(path.split("/")[1], KEY)))
                wrong += in_text(path, told(answer), secrets)
        spoilt = {**MAIL, "port": 1, "password": secrets["password of the mail server"]}
        for answer in (
            admin.put("/admin/mail", spoilt, 2),
            admin.put("/admin/mail", {**spoilt, "port": 465}, 99),
            admin.post("/me/password", {"current": secrets["temporary password"], "new": PASSWORD}),
        ):
            assert answer.status_code >= 400
            wrong += in_text("a refusal", told(answer), secrets)
        with monkeypatch.context() as broken:
            broken.setattr(mail_server, "_check", fails_with(secrets))
            answer = admin.put("/admin/mail", spoilt, 2)
            assert answer.status_code == 500 and any("internal error" in line for line in heard)
            wrong += in_text("an error", told(answer), secrets)
        assert admin.post("/admin/mail/test", {"to": "admin@mail.example"}).status_code < 500
        for name in ("users", "customers"):
            fields = [f["name"] for f in made(admin.get(f"/meta/objects/{name}"))["fields"]]
            job = made_job(admin.post("/exports", {"object": name, "fields": fields}))
            wrong += in_text(f"export of {name}", file_of(admin, job), secrets)
        wrong += in_text("the log", "\n".join(heard), secrets)
        wrong += rows_with(secrets)
    assert wrong == []


def fails_with(secrets: dict[str, str]) -> Callable[..., Any]:
    def fail(*args: object) -> None:
        raise RuntimeError(f"quotes {secrets}")

    return fail


def made_job(answer: Any) -> str:
    assert answer.status_code == 202, answer.content.decode()
    key: str = answer.json()["id"]
    run_job(key)
    return key


def file_of(caller: Caller, job: str) -> str:
    done = made(caller.get(f"/jobs/{job}"))
    assert done["state"] == "done", done
    file = StoredFile.objects.filter(purpose="export").latest("created_at")
    return told(caller.get(f"/files/{file.pk}/content"))


def test_the_search_finds_what_lies_in_clear(world: World, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-3: unsealed the password of the mail server lies in its row; and a token would be found wherever it came to lie."""
    monkeypatch.setattr(mail_server, "seal", lambda text: text)
    secrets = planted(world, call("admin"))
    assert rows_with(secrets) == ["integrations_mailserver: password of the mail server"]
    Session.objects.update(agent=secrets["API token"])
    assert "accounts_session: API token" in rows_with(secrets)


def test_what_is_sealed_is_sealed_under_the_key(world: World) -> None:
    """A stolen database without its key opens nothing."""
    box = sealing.seal("x")
    with (
        override_settings(SECRET_KEY="another-key-of-another-installation-0123", SECRET_KEY_FALLBACKS=[]),
        pytest.raises(sealing.Unreadable),
    ):
        sealing.unseal(box)
