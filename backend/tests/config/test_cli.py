"""What the command understands, and that every failure is one line on standard error."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kemai.config import cli, commands
from kemai.config.env import BACKEND_DIR
from kemai.kit.errors import Invalid, NotFound
from kemai.kit.words import T


def run(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kemai.config.cli", *words],
        cwd=BACKEND_DIR, env={**os.environ, "PYTHONPATH": str(BACKEND_DIR), **environ}, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The calls to domain functions, which are not made."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def record(word: str, **arguments: Any) -> dict[str, Any]:
        calls.append((word, arguments))
        return {"id": "1", "token": "km_secret"}

    monkeypatch.setattr(cli, "call_target", record)
    return calls


WORDS = [
    [], ["up"], ["web"], ["stream"], ["worker"], ["migrate"], ["demo"], ["admin", "create"], ["token", "create"],
    ["import"], ["export"], ["params", "list"], ["params", "set"], ["doctor"], ["verify"], ["db", "start"],
    ["db", "url"], ["db", "upgrade"], ["backup"], ["restore"],
]  # fmt: skip


@pytest.mark.parametrize("words", WORDS, ids=lambda words: " ".join(words) or "kemai")
def test_every_word_has_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "--help"])
    assert ended.value.code == 0
    assert "usage: kemai" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        [],
        ["demo", "--customers", "none"],
        ["import", "customers"],
        ["export", "customers", "x.xlsx", "--filter", "{"],
    ],
)
def test_wrong_words_are_one_line_and_a_failure(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.startswith("kemai")


def test_import_needs_somebody_and_a_file(
    called: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["import", "customers", str(tmp_path / "none.xlsx"), "--as", "rep"]) == 1
    assert "There is no file" in capsys.readouterr().err
    file = tmp_path / "a.xlsx"
    file.touch()
    assert cli.main(["import", "customers", str(file)]) == 1
    assert "--as USER" in capsys.readouterr().err
    assert called == []
    assert cli.main(["import", "customers", str(file), "--as", "rep", "--mode", "both", "--dry-run", "--json"]) == 0
    word, arguments = called[0]
    assert word == "import"
    assert arguments == {
        "object_name": "customers",
        "path": file,
        "username": "rep",
        "mode": "both",
        "key": "",
        "dry_run": True,
    }
    assert json.loads(capsys.readouterr().out)["id"] == "1"


def test_an_import_is_taken_back_by_its_id(called: list[Any]) -> None:
    assert cli.main(["import", "undo", "0192"]) == 0
    assert called == [("import undo", {"import_id": "0192", "username": None})]


def test_a_token_is_printed_alone_for_scripts(called: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["token", "create", "--username", "rep", "--name", "sync"]) == 0
    assert capsys.readouterr().out == "km_secret\n"
    assert called == [("token create", {"username": "rep", "name": "sync", "days": 365})]


def test_parameters_take_json_or_plain_text(called: list[Any]) -> None:
    cli.main(["params", "set", "pool.cap", "30"])
    cli.main(["params", "set", "pool.name", "公海"])
    assert [arguments["value"] for _, arguments in called] == [30, "公海"]


def test_a_refusal_of_the_product_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(word: str, **arguments: Any) -> None:
        raise NotFound

    monkeypatch.setattr(cli, "call_target", refuse)
    assert cli.main(["params", "list"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("kemai: ")
    assert error.count("\n") == 1


def test_a_check_that_fails_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "examine", lambda env: [{"check": "disk", "ok": False, "remedy": "make room"}])
    assert cli.main(["doctor"]) == 1
    assert "BAD  disk: make room" in capsys.readouterr().out
    assert cli.main(["doctor", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["checks"][0]["remedy"] == "make room"


def test_an_unreachable_database_is_one_line() -> None:
    done = run("migrate", DATABASE_URL="postgresql:///kemai?host=/nowhere")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot be reached" in done.stderr


def test_the_address_is_printed_without_a_server(tmp_path: Path) -> None:
    done = run("db", "url", KEMAI_DATA=str(tmp_path), DATABASE_URL="")
    assert done.stdout.startswith("postgresql://kemai@/kemai?host=")


def test_a_refusal_names_what_it_means(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only that one value is wrong, but which and why."""

    def refuse(word: str, **arguments: Any) -> None:
        raise Invalid.one("mapping", "empty", T("没有任何列对应到字段。", "No column leads to a field."))

    monkeypatch.setattr(cli, "call_target", refuse)
    assert cli.main(["token", "create", "--username", "u", "--name", "n"]) == 1
    assert "没有任何列对应到字段。" in capsys.readouterr().err


def test_a_reader_that_has_enough_is_no_failure() -> None:
    """`kemai … | head` ends without a traceback."""
    code = (
        "import sys; from kemai.config import cli; cli.call_target = lambda *a, **k: [{'n': n} for n in range(99_999)]; "
        "sys.exit(cli.main(['params', 'list']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=BACKEND_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(BACKEND_DIR)},
    ) as process:  # fmt: skip
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141
