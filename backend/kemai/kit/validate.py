"""Checks of values with rules of their own. Each gives the value as it is stored or raises `InvalidValue`."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from urllib.parse import urlsplit, urlunsplit

from stdnum.cn import ric

from kemai.kit.text.normalise import format_phone, parse_phone


class InvalidValue(ValueError):
    """A value that breaks a rule; `code` names the rule and is translated above."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015]+")


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).strip("'`").upper()


_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, n, 31) for n in range(17))
_CREDIT_SHAPE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}", re.ASCII)


def credit_code(text: str) -> str:
    """Unified social credit code (统一社会信用代码), 18 characters, upper case. Source: GB 32100-2015.

    The first character may be a letter (N: rural collectives, A and Y: others). Codes: `credit_code_length`,
    `credit_code_characters`, `credit_code_checksum`.
    """
    code = _compact(text)
    if len(code) != 18:
        raise InvalidValue("credit_code_length", length=len(code))
    if _CREDIT_SHAPE.fullmatch(code) is None:
        raise InvalidValue("credit_code_characters")
    if (
        _CREDIT_SIGNS[-sum(_CREDIT_SIGNS.index(c) * w for c, w in zip(code, _CREDIT_WEIGHTS, strict=False)) % 31]
        != code[17]
    ):
        raise InvalidValue("credit_code_checksum")
    return code


_ID_SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]", re.ASCII)


def resident_id(text: str, *, today: date | None = None) -> str:
    """Resident identity number (居民身份证号码), 18 characters. Source: GB 11643-1999.

    The region is not looked up: abolished counties stay valid on cards. Codes: `resident_id_length`,
    `resident_id_characters`, `resident_id_birth_date` (no such day, before 1850, or after `today` when given),
    `resident_id_checksum`.
    """
    number = _compact(text)
    if len(number) != 18:
        raise InvalidValue("resident_id_length", length=len(number))
    if _ID_SHAPE.fullmatch(number) is None:
        raise InvalidValue("resident_id_characters")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise InvalidValue("resident_id_birth_date") from None
    if born.year < 1850 or (today is not None and born > today):
        raise InvalidValue("resident_id_birth_date")
    if ric.calc_check_digit(number) != number[17]:
        raise InvalidValue("resident_id_checksum")
    return number


def phone(text: str, *, area: str = "") -> str:
    """A telephone number as stored (`format_phone`): `13800001234`, `021-12345678-801`, `+1 650-253-0000`.

    Codes: `phone_area_missing` (seven or eight digits: a local number without its city), `phone_invalid`.
    """
    if parse_phone(text, area=area) is None:
        digits = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text))
        if re.fullmatch(r"[2-8]\d{6,7}", digits, re.ASCII):
            raise InvalidValue("phone_area_missing")
        raise InvalidValue("phone_invalid")
    return format_phone(text, area=area)


_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")


def _domain(text: str) -> str | None:
    """A host name in lower case with at least two labels, or None. Names in other scripts stay readable."""
    host = text.lower().rstrip(".")
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    if labels[-1].isdigit():
        return None
    try:
        host.encode("idna")
    except UnicodeError:
        return None
    return host


def email(text: str) -> str:
    """An e-mail address: domain in lower case, the local part as written. Code: `email_invalid`."""
    address = unicodedata.normalize("NFKC", text).strip()
    if address.lower().startswith("mailto:"):
        address = address[7:]
    local, at, domain = address.rpartition("@")
    host = _domain(domain) if at else None
    if host is None or len(local) > 64 or len(address) > 254 or _LOCAL.fullmatch(local) is None:
        raise InvalidValue("email_invalid")
    return f"{local}@{host}"


_HAS_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
_HOST_PORT = re.compile(r"[^/?#:]+:\d{1,5}(?:[/?#]|$)")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}", re.ASCII)
_URL_BAD = re.compile(r"[\s\x00-\x1f\x7f-\x9f<>\"\\^`{|}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def url(text: str) -> str:
    """A web address with `http` or `https` (added when there is none), host in lower case, without sign-in data.

    Anything that a browser could run (`javascript:`, `data:`) is refused. Codes: `url_scheme`, `url_invalid`,
    `url_too_long` (over 2,000 characters).
    """
    address = text.strip()
    if len(address) > 2_000:
        raise InvalidValue("url_too_long", limit=2_000)
    if not address or _URL_BAD.search(address) is not None:
        raise InvalidValue("url_invalid")
    if _HAS_SCHEME.match(address) is None or _HOST_PORT.match(address) is not None:
        address = "https://" + address.removeprefix("//")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise InvalidValue("url_invalid") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise InvalidValue("url_scheme")
    if "@" in parts.netloc or not parts.hostname:
        raise InvalidValue("url_invalid")
    name = unicodedata.normalize("NFKC", parts.hostname)
    host = name if _IPV4.fullmatch(name) is not None else _domain(name)
    if host is None:
        raise InvalidValue("url_invalid")
    netloc = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme.lower(), netloc, parts.path, parts.query, parts.fragment))
