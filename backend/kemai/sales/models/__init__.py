"""Tables of the sales domain."""

from kemai.sales.models.capture import FormSubmission, LeadRule, WebForm
from kemai.sales.models.catalogue import Competitor, Product
from kemai.sales.models.deals import PIPELINES, Opportunity, Pipeline, Stage, StageFigure, StageMove
from kemai.sales.models.leads import Lead
from kemai.sales.models.parts import (
    Check,
    CommitteeMember,
    Contender,
    Line,
    Part,
    StageItem,
    Step,
    TeamSeat,
    TransferRequest,
)

__all__ = [
    "PIPELINES",
    "Check",
    "CommitteeMember",
    "Competitor",
    "Contender",
    "FormSubmission",
    "Lead",
    "LeadRule",
    "Line",
    "Opportunity",
    "Part",
    "Pipeline",
    "Product",
    "Stage",
    "StageFigure",
    "StageItem",
    "StageMove",
    "Step",
    "TeamSeat",
    "TransferRequest",
    "WebForm",
]
