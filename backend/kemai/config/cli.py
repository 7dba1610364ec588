"""The ``kemai`` command: what can be said to it. What each word does is in ``commands`` or in a domain.

Django is loaded only by the words that need it, inside their function, so that ``--help`` and mistyped words
answer at once and a broken setting is reported as one line.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from kemai.config import commands
from kemai.config.archiving.line import ArchiveProblem
from kemai.config.backup import BackupProblem
from kemai.config.commands import CommandFailed, call_target
from kemai.config.env import EnvironmentProblem
from kemai.config.localdb import LocalDatabaseProblem
from kemai.config.selfcheck import SelfCheckFailed

Handler = Callable[[argparse.Namespace], Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        # Everything after these words is another program's, --help included.
        if words[:1] == ["django"]:
            return commands.run_django(words[1:])
        if words[:2] == ["db", "psql"]:
            return commands.db_psql(words[2:])
        arguments = build_parser().parse_args(words)
        result = arguments.handler(arguments)
        if result is not None:
            show(result, as_json=getattr(arguments, "json", False))
            sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `kemai … | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (
        ArchiveProblem,
        BackupProblem,
        CommandFailed,
        EnvironmentProblem,
        LocalDatabaseProblem,
        SelfCheckFailed,
    ) as problem:
        return fail(str(problem))
    except Exception as error:
        return fail(commands.explain(error))
    return 1 if isinstance(result, dict) and result.get("ok") is False else 0


def fail(reason: str) -> int:
    print(f"kemai: {' '.join(reason.split())}", file=sys.stderr)
    return 1


def show(result: Any, *, as_json: bool) -> None:
    """Data as JSON for programs, or as plain lines for people."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False, default=str))
    elif isinstance(result, list):
        for row in result:
            print(line_of(row))
    elif isinstance(result, dict):
        width = max((len(name) for name in result), default=0)
        for name, value in result.items():
            if isinstance(value, list):
                print(f"{name}:")
                show(value, as_json=False)
            else:
                print(f"{name:<{width}}  {value}")
    else:
        print(result)


def line_of(row: Any) -> str:
    if not isinstance(row, dict):
        return str(row)
    if row.keys() == {"check", "ok", "remedy"}:
        return f"  ok   {row['check']}" if row["ok"] else f"  BAD  {row['check']}: {row['remedy']}"
    return "  ".join(f"{name}={value}" for name, value in row.items())


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line; the usage is a --help away."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message} (see {self.prog} --help)", file=sys.stderr)
        raise SystemExit(2)


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="kemai", description="客脉 Kemai, an open-source CRM.")
    parser.add_argument("--version", action="version", version=f"kemai {commands.version()}")
    words = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_servers(words)
    add_people(words)
    add_data(words)
    add_upkeep(words)
    return parser


def add_word(
    words: Any, name: str, text: str, handler: Handler | None = None, *, prints_data: bool = False
) -> argparse.ArgumentParser:
    word: argparse.ArgumentParser = words.add_parser(name, help=text, description=text)
    if handler is not None:
        word.set_defaults(handler=handler)
    if prints_data:
        word.add_argument("--json", action="store_true", help="print the result as JSON")
    return word


def add_servers(words: Any) -> None:
    up = add_word(words, "up", "serve everything in one: database, web, stream, worker, schedule", commands.up)
    up.add_argument("--reload", action="store_true", help="for development: restart when a source file changes")
    web = add_word(words, "web", "serve the application alone, behind a proxy", commands.web)
    web.add_argument("--all-in-one", action="store_true", help=argparse.SUPPRESS)
    add_word(words, "stream", "serve the event stream alone, behind a proxy", commands.stream)
    add_word(words, "worker", "run jobs, the schedule and the outbox dispatcher", commands.worker)


def add_people(words: Any) -> None:
    admin = words.add_parser("admin", help="administrators").add_subparsers(metavar="VERB", required=True)
    create = add_word(admin, "create", "create an administrator; asks for the password", create_admin, prints_data=True)
    create.add_argument("--username", required=True)
    create.add_argument("--name", help="the name shown; the user name when left out")
    create.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    link = add_word(admin, "link", "print a link by which a person chooses a new password", make_link, prints_data=True)
    link.add_argument("--username", required=True)

    token = words.add_parser("token", help="access tokens").add_subparsers(metavar="VERB", required=True)
    issue = add_word(token, "create", "create a token and print it once", create_token, prints_data=True)
    issue.add_argument("--username", required=True, help="whose rights it carries")
    issue.add_argument("--name", required=True, help="what it is for")
    issue.add_argument("--days", type=positive, default=365, help="valid this many days (default: 365)")


def add_data(words: Any) -> None:
    bring = add_word(words, "import", "import a file, or take one import back: kemai import undo ID",
                     import_or_undo, prints_data=True)  # fmt: skip
    bring.add_argument("object", metavar="OBJECT", help="customers, contacts …, or the word undo")
    bring.add_argument("file", metavar="FILE", help=".xlsx, .xls or .csv; after undo: the import's id")
    bring.add_argument("--as", dest="username", metavar="USER", help="whose rights and name it is done with")
    bring.add_argument("--mode", choices=("create", "update", "both"), default="create")
    bring.add_argument("--key", default="", metavar="FIELD", help="which field finds existing records (name or label)")
    bring.add_argument("--dry-run", action="store_true", help="check everything, write nothing")

    export = add_word(words, "export", "export a kind of record to a file", export_file, prints_data=True)
    export.add_argument("object", metavar="OBJECT")
    export.add_argument("file", metavar="FILE", type=Path, help=".xlsx or .csv")
    export.add_argument("--as", dest="username", metavar="USER", help="whose rights it is done with")
    export.add_argument("--filter", type=json_value, metavar="JSON", help="the filter tree of the API")

    demo = add_word(words, "demo", "load the demo company", load_demo, prints_data=True)
    demo.add_argument("--customers", type=positive, default=2000, metavar="N", help="how many (default: 2000)")
    demo.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same company (default: 1)")

    params = words.add_parser("params", help="business parameters").add_subparsers(metavar="VERB", required=True)
    add_word(params, "list", "print every parameter with its value", list_params, prints_data=True)
    change = add_word(params, "set", "change one parameter", set_param, prints_data=True)
    change.add_argument("code", metavar="CODE")
    change.add_argument("value", metavar="VALUE", type=json_or_text, help="JSON or plain text")


def add_upkeep(words: Any) -> None:
    add_word(words, "migrate", "bring the database to this version", commands.migrate)
    add_word(words, "doctor", "look at this installation and say what is wrong", commands.doctor, prints_data=True)
    save = add_word(words, "backup", "write database, stored files and secret key to one file, while Kemai runs",
                    commands.backup, prints_data=True)  # fmt: skip
    save.add_argument("file", metavar="FILE", type=Path, help="replaced when the new one is complete; keep it safe")
    save.add_argument("--without-secret-key", action="store_true", help="leave the key out; keep it elsewhere")
    back = add_word(words, "restore", "check a backup and put it in place, while Kemai is stopped",
                    commands.restore, prints_data=True)  # fmt: skip
    back.add_argument("file", metavar="FILE", type=Path, help="a backup, or the folder of an archive")
    back.add_argument(
        "--replace", action="store_true", help="when there is data already: keep it aside, take its place"
    )
    back.add_argument("--at", type=moment, metavar="TIME", help="from an archive's folder: the moment, with its zone")
    try_it = add_word(words, "drill", "prove that a backup can be restored, beside the running system",
                      commands.drill, prints_data=True)  # fmt: skip
    try_it.add_argument("file", metavar="FILE", type=Path, help="a backup, or the folder of an archive")
    add_archive(words)
    exposed = add_word(words, "exposed", "who saw, exported or received which persons between two times", list_exposed,
                       prints_data=True)  # fmt: skip
    exposed.add_argument(
        "--from", dest="start", required=True, metavar="WHEN", help="a date, or a moment with its zone"
    )
    exposed.add_argument("--to", dest="end", required=True, metavar="WHEN", help="a date, the whole day, or a moment")
    exposed.add_argument("--record", default="", metavar="ID", help="of this record only")
    add_word(words, "erase-again", "erase whom a restored backup has brought back (restore does it by itself)",
             lambda arguments: call_target("erase-again"), prints_data=True)  # fmt: skip
    add_word(words, "verify", "check the database and what is kept in it", commands.verify, prints_data=True)
    database = words.add_parser("db", help="the database").add_subparsers(metavar="VERB", required=True)
    add_word(database, "start", "run the embedded server in the foreground", commands.db_start)
    add_word(database, "url", "print the address", commands.db_url)
    database.add_parser("psql", help="open psql on it; what follows is given to psql", add_help=False)
    add_word(database, "upgrade", "carry the embedded server's data to a new PostgreSQL version", commands.db_upgrade)
    # Listed for --help only, as psql above: main() hands the words over before parsing.
    words.add_parser("django", help="for development: Django's own commands", add_help=False)


def add_archive(words: Any) -> None:
    archive = words.add_parser("archive", help="the continuous archive").add_subparsers(metavar="VERB", required=True)
    add_word(archive, "status", "how far it is, and what can be restored", commands.archive_status, prints_data=True)
    add_word(archive, "base", "copy the database to it now, and remove what is too old", commands.archive_base,
             prints_data=True)  # fmt: skip
    add_word(archive, "keep", "look after it until ended; `kemai up` does so by itself", commands.archive_keep)


def create_admin(arguments: argparse.Namespace) -> Any:
    password = commands.read_password(from_stdin=arguments.password_stdin)
    return call_target(
        "admin create", username=arguments.username, name=arguments.name or arguments.username, password=password
    )


def make_link(arguments: argparse.Namespace) -> Any:
    result = call_target("admin link", username=arguments.username)
    return result if arguments.json else result["url"]


def create_token(arguments: argparse.Namespace) -> Any:
    result = call_target("token create", username=arguments.username, name=arguments.name, days=arguments.days)
    return result if arguments.json else result["token"]


def import_or_undo(arguments: argparse.Namespace) -> Any:
    if arguments.object == "undo":
        return call_target("import undo", import_id=arguments.file, username=arguments.username)
    if not arguments.username:
        raise CommandFailed("Say whose rights the import is done with: --as USER.")
    path = Path(arguments.file)
    if not path.is_file():
        raise CommandFailed(f"There is no file {path}.")
    return call_target(
        "import", object_name=arguments.object, path=path, username=arguments.username, mode=arguments.mode,
        key=arguments.key, dry_run=arguments.dry_run,
    )  # fmt: skip


def export_file(arguments: argparse.Namespace) -> Any:
    if arguments.file.suffix.lower() not in (".xlsx", ".csv"):
        raise CommandFailed(f"{arguments.file} must end in .xlsx or .csv.")
    return call_target(
        "export", object_name=arguments.object, path=arguments.file, username=arguments.username,
        filter_tree=arguments.filter,
    )  # fmt: skip


def load_demo(arguments: argparse.Namespace) -> Any:
    return call_target("demo", customers=arguments.customers, seed=arguments.seed)


def list_exposed(arguments: argparse.Namespace) -> Any:
    return call_target("exposed", start=arguments.start, end=arguments.end, record=arguments.record)


def list_params(arguments: argparse.Namespace) -> Any:
    return call_target("params list")


def set_param(arguments: argparse.Namespace) -> Any:
    return call_target("params set", code=arguments.code, value=arguments.value)


def moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a moment with its zone, such as 2026-11-30T10:15:00+08:00")
    return found


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


def json_value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from None


def json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    sys.exit(main())
