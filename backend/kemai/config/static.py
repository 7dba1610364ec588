"""The built front end: immutable assets, pre-compressed, and one page for every address of the application."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

from kemai.config import transport
from kemai.kit.errors import MethodNotAllowed, NotFound
from kemai.kit.words import T

APP = Path(settings.STATIC_APP)
NOT_BUILT = T("页面尚未构建，请运行 make run。", "The pages are not built yet; run make run.")


class AppMiddleware(WhiteNoiseMiddleware):
    """Serves the build's files at /assets/; their names carry a hash, so they never change. A new build is noticed when a file of it
    is asked for, so that replacing the build needs no restart. Outermost: all that Django answers passes here."""

    def __init__(self, get_response=None) -> None:
        super().__init__(get_response, settings)
        self.scanned = 0.0
        self.scan()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/assets/") and request.path_info not in self.files:
            self.scan()
        response: HttpResponse = super().__call__(request)
        if settings.KEMAI_HTTPS:
            response.headers[transport.NAME] = transport.VALUE
        return response

    def scan(self) -> None:
        """Learn the build's files where the build is another than the one known."""
        built = (APP / "index.html").stat().st_mtime if (APP / "index.html").is_file() else 0.0
        if built != self.scanned:
            self.add_files(str(APP), prefix="/")
            self.scanned = built

    def immutable_file_test(self, path: str, url: str) -> bool:
        return "/assets/" in url

    def add_headers_function(self, headers, path: str, url: str) -> None:
        headers["X-Content-Type-Options"] = "nosniff"


@lru_cache(maxsize=1)
def _page(stamp: float) -> bytes:
    return (APP / "index.html").read_bytes()


def app_page(request: HttpRequest, rest: str = "") -> HttpResponse:
    """The application's page; unknown API addresses and missing assets stay 404."""
    if rest.startswith(("api/", "assets/")) or "." in rest.rsplit("/", 1)[-1]:
        raise NotFound
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed("GET", "HEAD")
    try:
        page = _page((APP / "index.html").stat().st_mtime)
    except FileNotFoundError:
        return HttpResponse(NOT_BUILT.to(), status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(page, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})
