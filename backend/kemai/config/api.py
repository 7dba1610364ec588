"""The named endpoints, served by ninja; everything about records in general is in ``platform/api/records.py``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.renderers import BaseRenderer

from kemai.accounts.access import Actor
from kemai.activities.api import calendar, care, reports, worklist
from kemai.administration.api import auth, factors, guide, parked, people, separation, tokens, trust
from kemai.administration.api import settings as admin_settings
from kemai.analytics.api import analysis, home
from kemai.config.safety import api as safety
from kemai.customers.api import pools, recycling
from kemai.integrations.api import mail, webhooks
from kemai.kit.errors import FieldError, Invalid, KemaiError, Malformed
from kemai.kit.http import dumps, problem_response
from kemai.kit.words import T
from kemai.platform.api import doubles, fields, general, operations, quality, segments, transfers, views
from kemai.platform.api.records import signed_in
from kemai.privacy.api import privacy
from kemai.sales.api import capture as sales_capture
from kemai.sales.api import gates as sales_gates
from kemai.sales.api import leads as sales_leads


class JsonRenderer(BaseRenderer):
    """JSON with Chinese left as it is."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return dumps(data)


class SignedIn:
    """Asks for a caller, and lets the description say so; where a route has ``auth=None``, it says that anybody may."""

    openapi_security_schema = {"type": "http", "scheme": "bearer"}

    def __call__(self, request: HttpRequest) -> Actor:
        return signed_in(request)


api = NinjaAPI(
    title="Kemai",
    version="1",
    description="Kemai 客脉",
    renderer=JsonRenderer(),
    auth=SignedIn(),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)


@api.exception_handler(KemaiError)
def refuse(request: HttpRequest, error: KemaiError) -> HttpResponse:
    return problem_response(error)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What ninja's schemas refuse, in the product's own form."""
    found = [
        FieldError(
            ".".join(str(p) for p in e["loc"][2:]) or str(e["loc"][-1]),
            e["type"],
            T("内容不正确：{what}", "Not valid: {what}"),
            (("what", e["msg"]),),
        )
        for e in error.errors
    ]
    return problem_response(Invalid(found))


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem_response(Malformed(what=str(error)))


for prefix, router, tag in (
    ("", auth.router, "auth"),
    ("", factors.router, "auth"),
    ("", separation.router, "administration"),
    ("", tokens.router, "tokens"),
    ("", people.router, "people"),
    ("", admin_settings.router, "administration"),
    ("", trust.router, "administration"),
    ("", guide.router, "administration"),
    ("", parked.router, "administration"),
    ("", safety.router, "administration"),
    ("", general.router, "general"),
    ("", transfers.router, "transfers"),
    ("", views.router, "views"),
    ("", operations.router, "operations"),
    ("", fields.router, "fields"),
    ("", doubles.router, "duplicates"),
    ("", segments.router, "segments"),
    ("", quality.router, "quality"),
    ("", pools.router, "pools"),
    ("", recycling.router, "recycling"),
    ("", sales_leads.router, "leads"),
    ("", sales_capture.router, "leads"),
    ("", sales_gates.router, "opportunities"),
    ("", home.router, "home"),
    ("", analysis.router, "analysis"),
    ("", worklist.router, "worklist"),
    ("", calendar.router, "calendar"),
    ("", reports.router, "reports"),
    ("", care.router, "care"),
    ("", webhooks.router, "webhooks"),
    ("", mail.router, "mail"),
    ("", privacy.router, "privacy"),
):
    api.add_router(prefix, router, tags=[tag])
