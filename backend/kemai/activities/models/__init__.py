"""What people do with customers, plan to do, and report having done."""

from kemai.activities.models.care import (
    CadenceRule,
    CalendarFeed,
    GreetingTemplate,
    PlannedContact,
    Promise,
    WorklistPause,
)
from kemai.activities.models.reports import Report, ReportComment
from kemai.activities.models.sequences import Enrollment, EnrollmentStep, Sequence, SequenceStep
from kemai.activities.models.work import DayFigure, Interaction, Task

__all__ = [
    "CadenceRule",
    "CalendarFeed",
    "DayFigure",
    "Enrollment",
    "EnrollmentStep",
    "GreetingTemplate",
    "Interaction",
    "PlannedContact",
    "Promise",
    "Report",
    "ReportComment",
    "Sequence",
    "SequenceStep",
    "Task",
    "WorklistPause",
]
