"""Registers the kinds of job of this domain: a worker knows only what it has imported."""

from kemai.platform.objects import bulk
from kemai.platform.transfer import export, run, undo

__all__ = ["bulk", "export", "run", "undo"]
