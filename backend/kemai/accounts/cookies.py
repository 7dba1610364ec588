"""The cookies of a browser: which session is its, and by what it is known again."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kemai.accounts import sessions

SESSION = sessions.HOST_COOKIE if settings.KEMAI_HTTPS else sessions.COOKIE
DEVICE = "__Host-kemai_device" if settings.KEMAI_HTTPS else "kemai_device"
DEVICE_KEPT = 365 * 86_400


def session_token(request: HttpRequest) -> str:
    """The session's word, empty without one."""
    return request.COOKIES.get(SESSION, "")


def give_session(response: HttpResponse, token: str) -> HttpResponse:
    """Have the browser keep a session's word, out of reach of any script."""
    response.set_cookie(SESSION, token, httponly=True, secure=settings.KEMAI_HTTPS, samesite="Lax", path="/")
    return response


def give_device(response: HttpResponse, device: str) -> HttpResponse:
    """Have the browser keep what it is known by."""
    response.set_cookie(
        DEVICE, device, httponly=True, secure=settings.KEMAI_HTTPS, samesite="Lax", path="/", max_age=DEVICE_KEPT
    )
    return response
