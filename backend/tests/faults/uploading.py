"""Sending a file past the test client, as a browser does."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

from tests.faults.ledger import CSRF
from tests.faults.system import System

_MARK = "----kemai"


def upload(system: System, content: bytes, name: str, person: str = "rep") -> tuple[int, dict[str, Any]]:
    """The status, and the file or why not."""
    head = f"Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''{quote(name)}"
    body = f"--{_MARK}\r\n{head}\r\nContent-Type: application/octet-stream\r\n\r\n".encode() + content
    headers = {
        "Cookie": f"kemai_session=session-of-{person}-in-the-tests; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": f"multipart/form-data; boundary={_MARK}",
    }
    request = urllib.request.Request(f"{system.url}/api/v1/files", body + f"\r\n--{_MARK}--\r\n".encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
