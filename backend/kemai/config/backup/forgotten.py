"""The list of erased persons beside each backup (P-4): a backup from before an erasure holds the person still, so whoever restores it,
on this machine or another, needs the list to forget him again. It holds keys of records and nothing else."""

from __future__ import annotations

from pathlib import Path

LIST = "erasures.jsonl"
BESIDE = "kemai-erasures.jsonl"


def leave_beside(data_dir: Path, archive: Path) -> None:
    """Bring the list in the archive's folder up to the system's; one list for all backups there."""
    _unite(data_dir / LIST, archive.parent / BESIDE)


def take_from_beside(data_dir: Path, archive: Path) -> None:
    """Bring the system's list up to the one in the archive's folder, where there is one."""
    _unite(archive.parent / BESIDE, data_dir / LIST)


def _unite(source: Path, target: Path) -> None:
    """Add the lines of ``source`` that ``target`` has not."""
    if not source.is_file():
        return
    known = set(target.read_text(encoding="utf-8").splitlines()) if target.is_file() else set()
    news = [line for line in source.read_text(encoding="utf-8").splitlines() if line and line not in known]
    if news:
        with target.open("a", encoding="utf-8") as out:
            out.write("\n".join(news) + "\n")
