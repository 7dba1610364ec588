"""Addresses: health, the API (named endpoints first, then the generic ones), and the application's page for everything else."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from kemai.config.api import api
from kemai.config.health import healthz, readyz
from kemai.config.openapi import openapi_view
from kemai.config.static import app_page
from kemai.integrations.api.stop_page import stop_page
from kemai.platform.api import records
from kemai.platform.objects.declare import declared_objects
from kemai.sales.api import public_forms


class ObjectName(StringConverter):
    """A declared kind of record, nothing else."""

    regex = "|".join(o.name for o in declared_objects())


class RecordKey(StringConverter):
    """A record's key, still as text."""

    regex = "[0-9a-f-]{36}"


register_converter(ObjectName, "object")
register_converter(RecordKey, "key")

# What screens ask for all the time, tried before the sixty named endpoints: going through those costs a tenth of a list.
OFTEN = [
    path("api/v1/<object:object_name>", records.collection),
    path("api/v1/<object:object_name>/board", records.board_view),
    path("api/v1/<object:object_name>/<key:key>", records.record),
    path("api/v1/<object:object_name>/<key:key>/timeline", records.record_part, {"part": "timeline"}),
]

urlpatterns = [
    *OFTEN,
    path("healthz", healthz),
    path("readyz", readyz),
    path("api/v1/openapi.json", openapi_view),
    path("api/v1/", api.urls),
    path("api/v1/undo/<str:token>", records.undo),
    path("api/v1/<str:object_name>", records.collection),
    path("api/v1/<str:object_name>/options", records.options),
    path("api/v1/<str:object_name>/aggregate", records.aggregate),
    path("api/v1/<str:object_name>/check", records.check),
    path("api/v1/<str:object_name>/board", records.board_view),
    path("api/v1/<str:object_name>/bulk", records.bulk_view),
    path("api/v1/<str:object_name>/<str:key>", records.record),
    path("api/v1/<str:object_name>/<str:key>/<str:part>", records.record_part),
    path("f/style.css", public_forms.style_sheet),
    path("f/<str:slug>", public_forms.form_page),
    path("u/<str:token>", stop_page),
    path("", app_page),
    path("<path:rest>", app_page),
]
