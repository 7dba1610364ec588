"""Declarations of the activity domain."""

from kemai.activities.objects import care, reports, rules, sequences, work  # noqa: F401
