"""``kemai backup`` and ``kemai restore``: everything an installation is, in one file and back (ORG-11, F-10)."""

from kemai.config.backup.archive import BackupProblem
from kemai.config.backup.create import make_backup
from kemai.config.backup.restore import restore_backup

__all__ = ["BackupProblem", "make_backup", "restore_backup"]
