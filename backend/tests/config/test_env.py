import subprocess
import sys
from pathlib import Path

import pytest

from kemai.config import env as env_module
from kemai.config.env import EnvironmentProblem, child_environ, kept_secret, read_environment


@pytest.fixture
def base(tmp_path: Path) -> dict[str, str]:
    return {"KEMAI_DATA": str(tmp_path / "data")}


def test_defaults_serve_this_machine_only(base: dict[str, str]) -> None:
    env = read_environment(base)
    assert (env.bind, env.port, env.demo, env.debug, env.is_public) == ("127.0.0.1", 8000, True, False, False)
    assert env.hosts == ["127.0.0.1", "localhost", "[::1]"]
    assert env.data_dir.stat().st_mode & 0o777 == 0o700


def test_the_secret_key_is_made_once_and_kept_private(base: dict[str, str]) -> None:
    first = read_environment(base)
    assert len(first.secret_key) >= env_module.MIN_SECRET_LENGTH
    assert read_environment(base).secret_key == first.secret_key
    assert (first.data_dir / "secret-key").stat().st_mode & 0o777 == 0o600


def test_the_embedded_address_follows_from_the_data_folder(base: dict[str, str]) -> None:
    one, again = read_environment(base), read_environment(base)
    assert one.database_url == again.database_url == one.database_direct_url
    assert one.embedded is not None
    assert "host=%2F" in one.database_url


def test_a_deleted_data_folder_is_a_new_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    first = read_environment({"KEMAI_DATA": str(tmp_path / "one")}).embedded
    second = read_environment({"KEMAI_DATA": str(tmp_path / "two")}).embedded
    assert first and second and first.home != second.home


def test_a_given_database_is_used_for_both_addresses(base: dict[str, str]) -> None:
    env = read_environment(base | {"DATABASE_URL": "postgresql://a@b/c"})
    assert (env.embedded, env.database_url, env.database_direct_url) == (
        None,
        "postgresql://a@b/c",
        "postgresql://a@b/c",
    )
    env = read_environment(base | {"DATABASE_URL": "postgresql://pool", "DATABASE_DIRECT_URL": "postgresql://direct"})
    assert env.database_direct_url == "postgresql://direct"


def test_an_address_others_reach_gets_no_demo_people_unasked(base: dict[str, str]) -> None:
    public = read_environment(base | {"KEMAI_URL": "https://crm.example.com"})
    assert (public.is_public, public.https, public.demo) == (True, True, False)
    assert "crm.example.com" in public.hosts
    assert read_environment(base | {"KEMAI_BIND": "0.0.0.0"}).demo is False
    assert read_environment(base | {"KEMAI_BIND": "0.0.0.0", "DEMO": "1"}).demo is True


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("PORT", "http", "whole number"),
        ("PORT", "70000", "65535"),
        ("DEMO", "perhaps", "1 or 0"),
        ("KEMAI_WORKERS", "0", "from 1"),
    ],
)
def test_a_wrong_value_names_itself_and_the_remedy(base: dict[str, str], name: str, value: str, remedy: str) -> None:
    with pytest.raises(EnvironmentProblem, match=remedy) as caught:
        read_environment(base | {name: value})
    assert name in str(caught.value)


def test_two_processes_agree_on_a_fresh_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    path.write_text("first")
    monkeypatch.setattr(Path, "exists", lambda self: False)  # as seen just before the other one wrote
    assert kept_secret(path) == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["secret"]


def test_long_paths_get_a_socket_folder_the_kernel_takes(tmp_path: Path) -> None:
    deep = env_module.EmbeddedPlace(home=tmp_path / ("x" * 120), run_as_user=None)
    assert len(str(deep.socket_dir)) < env_module.SOCKET_PATH_LIMIT
    assert deep.socket_dir == env_module.EmbeddedPlace(home=deep.home, run_as_user=None).socket_dir


def test_a_child_keeps_its_compiled_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """F-1: else each start compiles two thousand modules, and is twice as long in coming back."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    asked = [sys.executable, "-c", "import sys; print(sys.dont_write_bytecode)"]
    assert subprocess.run(asked, env=child_environ(), capture_output=True, text=True).stdout == "False\n"
