"""The fixtures of the restore drill."""

from tests.config.drill import backup, fresh, full, quick, restored, source

__all__ = ["backup", "fresh", "full", "quick", "restored", "source"]
