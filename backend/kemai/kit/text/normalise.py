"""Cleaning what people type, keys under which duplicates meet (CUS-9), and masks for private values.

Masks depend only on the stored characters, so that SQL can give the same answer: the expression stands beside each.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from kemai.kit.text.fold import fold

# clean_text -----------------------------------------------------------------------------------------------------------

_PLAIN = re.compile(r"[!-~\u3000-\u3002\u4e00-\u9fa5\uff01-\uff5e]+(?: [!-~\u4e00-\u9fa5\uff01-\uff5e]+)*")
_SPACES = re.compile(r"[\s\u180e\u2800\u3164\uffa0]+")
_LINE_SPACES = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\u0085\x0b\x0c]")
_EMPTY_LINES = re.compile(r"\n{3,}")
_ZWJ = "\u200d"
# Invisible or misleading: controls, zero-width characters, bidirectional overrides, byte-order marks, tags,
# lone surrogates (which UTF-8 cannot hold) and noncharacters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1c-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e00ff]"
)
_JOINERS = re.compile(_ZWJ)
_JOINABLE_BEFORE = re.compile(r"[\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff]")


def _keep_joiner(found: re.Match[str]) -> str:
    """A zero-width joiner stays between two parts of an emoji (👨‍👩‍👧) and goes elsewhere."""
    text, at = found.string, found.start()
    inside = 0 < at < len(text) - 1
    if inside and _JOINABLE_BEFORE.match(text[at - 1]) and _JOINABLE_BEFORE.match(text[at + 1]):
        return _ZWJ
    return ""


def clean_text(text: str, *, multiline: bool = False) -> str:
    """Text as it is stored: NFC, without what cannot be seen, one space where there were several, trimmed.

    Emoji sequences, rare characters and right-to-left text stay; NUL, control characters, zero-width characters and
    direction overrides go. `multiline` keeps line ends (as `\\n`, at most one empty line in a row). Idempotent.
    """
    if _PLAIN.fullmatch(text) is not None:
        return text
    text = _INVISIBLE.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if _ZWJ in text:
            text = _JOINERS.sub(_keep_joiner, text)
    if not multiline:
        return _SPACES.sub(" ", text).strip()
    text = _LINE_ENDS.sub("\n", text)
    lines = [_LINE_SPACES.sub(" ", line).strip() for line in text.split("\n")]
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


# company_key ----------------------------------------------------------------------------------------------------------

# Legal forms say nothing about which company it is, wherever they stand. Source: CUS-9.
_FORM_ANYWHERE = re.compile(
    r"(?:集团)?(?:股份)?有限(?:责任)?公司|股份公司|[（(]?(?:特殊)?(?:普通|有限)合伙[)）]?|有限合伙企业|合伙企业|个体工商户|个人独资企业|"
    r"[（(](?:个人独资|集团)[)）]"
)
_FORM_AT_END = re.compile(r"(?:集团|(?<![分子])(?:总公司|公司)|股份|有限|企业|(?<!分)总?厂|责任)$")
_FOREIGN_FORMS = frozenset(
    {
        *("co", "company", "corp", "corporation", "inc", "incorporated", "ltd", "limited", "llc", "llp", "lp", "plc"),
        *("gmbh", "ag", "sa", "sas", "sarl", "bv", "nv", "ab", "oy", "as", "aps", "kk", "kg", "spa", "srl", "ooo"),
        *("pte", "pty", "bhd", "sdn", "pvt", "group", "holding", "holdings"),
    }
)
_NOT_WORD = re.compile(r"[\W_]+")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}")


@lru_cache(maxsize=8192)
def company_key(name: str) -> str:
    """Key of a company name: two spellings of one company give one key. Empty when there is nothing to compare.

    Width, case, accents, traditional characters, spaces and punctuation do not count; legal forms go (有限公司,
    股份有限公司, 集团, 厂 at the end; Co., Ltd, Inc …). A region in brackets stays: 华为（上海）有限公司 → 华为上海.
    Branches stay different from the head office: 分公司 is kept.
    """
    text = unicodedata.normalize("NFKC", name).lower()
    text = _DOTTED.sub(lambda found: found.group().replace(".", ""), text)
    words = _NOT_WORD.sub(" ", text).split()
    whole = fold("".join(words))
    while len(words) > 1 and words[-1] in _FOREIGN_FORMS:
        words.pop()
    if len(words) > 1 and words[0] == "the":
        del words[0]
    last = words[-1] if words else ""
    # 「ABC科技co」: the form is glued to Chinese text.
    tail = re.search(r"(?<![a-z])[a-z]+$", last)
    if tail is not None and tail.start() > 0 and not last[: tail.start()].isascii() and tail.group() in _FOREIGN_FORMS:
        words[-1] = last[: tail.start()]
    key = fold("".join(words))
    key = _FORM_ANYWHERE.sub("", key)
    while (shorter := _FORM_AT_END.sub("", key)) != key and shorter:
        key = shorter
    return key or whole


# Phones ---------------------------------------------------------------------------------------------------------------

# Area codes: 10 and 2x have 8 digits after them, the others (3xx to 9xx) 7 or 8. Source: the national numbering plan.
_CN_PREFIX = r"(?:(?:\+|00)?86)?"
_CN_MOBILE = re.compile(_CN_PREFIX + r"0?(1[3-9]\d{9})")
_CN_SERVICE = re.compile(_CN_PREFIX + r"([48]00\d{7})")
_CN_LANDLINE = re.compile(r"(?:(?:\+|00)?860?|0)(10|2[0-57-9]|[3-9]\d{2})([1-9]\d{6,7})")
_CN_SHORT = re.compile(_CN_PREFIX + r"(9[56]\d{3,4}|1[02]\d{3}|123\d{2})")
_CN_KINDS = ((_CN_MOBILE, "mobile"), (_CN_SERVICE, "service"), (_CN_LANDLINE, "landline"), (_CN_SHORT, "short"))
_CN_LOCAL = re.compile(r"[2-8]\d{6,7}")
_EXTENSION = re.compile(r"(?:转|分机号?|ext\.?|extension|#|\*|x|;ext=)[:.\s]*(\d{1,6})$", re.IGNORECASE)
_DASH_EXTENSION = re.compile(
    r"((?:\+?86-?|0086-?)?(?:\(?0?\d{2,3}\)?-?)?[1-9]\d{6,7}|[48]00-?\d{3,4}-?\d{3,4}|(?:(?:\+|00)?86-?)?1[3-9]\d{9})"
    r"-(\d{1,5})"
)
_PHONE_NOISE = str.maketrans(dict.fromkeys(" -()[].·•\u00a0\u200b\u200e\u202a\u202c\ufeff\t'`"))
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u30fc\uff0d]")
_HAS_OTHER = re.compile(r"[^\d+]")


@dataclass(frozen=True, slots=True)
class Phone:
    """A number taken apart. `key`: country code and number, digits only (E.164 without the plus). `kind`: `mobile`,
    `landline`, `service` (400/800), `short` (95588) or `international`."""

    key: str
    extension: str
    kind: str
    area: str = ""


@lru_cache(maxsize=4096)
def parse_phone(text: str, *, area: str = "") -> Phone | None:
    """Reads a number as people write it; None when it is not one whole number.

    Chinese mobiles with or without +86, 0086, 86, spaces, dashes, brackets; landlines with area code, with extensions
    (`-801`, `转801`, `ext 801`); 400/800 and 95/96 numbers; anything with `+` or `00` by the international plans.
    A local number needs `area` (`021`), else it is None: without it nobody knows which city is meant.
    """
    if not text or len(text) > 60:
        return None
    raw = text
    if not raw.isascii():
        raw = _DASHES.sub("-", unicodedata.normalize("NFKC", raw))
    extension = ""
    squeezed = "".join(raw.split())
    found = _EXTENSION.search(squeezed)
    if found is not None:
        extension, squeezed = found.group(1), squeezed[: found.start()]
    else:
        dashed = _DASH_EXTENSION.fullmatch(squeezed)
        if dashed is not None:
            squeezed, extension = dashed.groups()
    if squeezed.startswith(("tel:", "Tel:", "TEL:")):
        squeezed = squeezed[4:]
    squeezed = squeezed.replace("(0)", "") if squeezed.startswith(("+", "00")) else squeezed
    number = squeezed.translate(_PHONE_NOISE)
    if not number or _HAS_OTHER.search(number) is not None or "+" in number[1:]:
        return None
    if not number.isascii():
        return None
    for pattern, kind in _CN_KINDS:
        found = pattern.fullmatch(number)
        if found is not None:
            code = found.group(1) if kind == "landline" else ""
            return Phone("86" + "".join(found.groups()), extension, kind, code)
    if _CN_LOCAL.fullmatch(number) is not None and area:
        code = area.lstrip("0")
        return Phone(f"86{code}{number}", extension, "landline", code)
    if number[0] == "+" or number.startswith("00"):
        return _foreign(number, extension)
    return None


def _foreign(number: str, extension: str) -> Phone | None:
    digits = number[1:] if number[0] == "+" else number[2:]
    if not 6 <= len(digits) <= 15 or digits[0] == "0":
        return None
    try:
        parsed = phonenumbers.parse("+" + digits, None)
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code == 86 or not phonenumbers.is_possible_number(parsed):
        return None
    return Phone(
        phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)[1:], extension, "international"
    )


def phone_key(text: str, *, area: str = "") -> str | None:
    """Country code and number in digits (`8613800001234`, `862112345678`), without extension; None when it is none.

    The key for duplicates and for looking a caller up. `parse_phone` says more.
    """
    parsed = parse_phone(text, area=area)
    return None if parsed is None else parsed.key


def format_phone(text: str, *, area: str = "") -> str:
    """How a number is stored and shown: `13800001234`, `021-12345678`, `021-12345678-801`, `400-800-1234`, `95588`,
    `+1 650-253-0000`. What is not a number comes back trimmed."""
    parsed = parse_phone(text, area=area)
    if parsed is None:
        return text.strip()
    number = parsed.key[2:]
    if parsed.kind == "landline":
        shown = f"0{parsed.area}-{number[len(parsed.area) :]}"
    elif parsed.kind == "service":
        shown = f"{number[:3]}-{number[3:6]}-{number[6:]}"
    elif parsed.kind == "international":
        shown = phonenumbers.format_number(
            phonenumbers.parse("+" + parsed.key, None), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    else:
        shown = number
    return f"{shown}-{parsed.extension}" if parsed.extension else shown


# E-mail ---------------------------------------------------------------------------------------------------------------


def email_key(text: str) -> str | None:
    """An address as compared: half width, lower case; None when it has no single `@` with something on both sides."""
    folded = unicodedata.normalize("NFKC", text).strip().lower()
    local, at, domain = folded.rpartition("@")
    if not at or not local or not domain or "@" in local or any(char.isspace() for char in folded):
        return None
    return f"{local}@{domain.rstrip('.')}"


# Masks ----------------------------------------------------------------------------------------------------------------


def mask_middle(text: str, head: int, tail: int) -> str:
    """The first `head` and last `tail` characters, `****` between; only `****` when fewer than three would be hidden.

    SQL: `CASE WHEN v = '' THEN '' WHEN length(v) < head + tail + 3 THEN '****'
    ELSE left(v, head) || '****' || right(v, tail) END`
    """
    if not text:
        return ""
    if len(text) < head + tail + 3:
        return "****"
    return f"{text[:head]}****{text[len(text) - tail :]}"


def mask_phone(text: str) -> str:
    """`138****1234`. Eleven characters or more keep three and four, seven to ten keep the last two, others nothing.

    SQL: `CASE WHEN v = '' THEN '' WHEN length(v) >= 11 THEN left(v, 3) || '****' || right(v, 4)
    WHEN length(v) >= 7 THEN '****' || right(v, 2) ELSE '****' END`
    """
    if not text:
        return ""
    if len(text) >= 11:
        return f"{text[:3]}****{text[-4:]}"
    return f"****{text[-2:]}" if len(text) >= 7 else "****"


def mask_email(text: str) -> str:
    """`z****@example.com`: the first character and the domain; `****` where there is no `@` after the first character.

    SQL: `CASE WHEN v = '' THEN '' WHEN strpos(v, '@') > 1 THEN left(v, 1) || '****' || substr(v, strpos(v, '@'))
    ELSE '****' END`
    """
    if not text:
        return ""
    at = text.find("@")
    return f"{text[0]}****{text[at:]}" if at > 0 else "****"


def mask_name(text: str) -> str:
    """`张*`, `张*丰`, `欧**娜`: the first and, from three characters on, the last.

    SQL: `CASE length(v) WHEN 0 THEN '' WHEN 1 THEN '*' WHEN 2 THEN left(v, 1) || '*'
    ELSE left(v, 1) || repeat('*', least(length(v) - 2, 8)) || right(v, 1) END`
    """
    size = len(text)
    if size == 0:
        return ""
    if size == 1:
        return "*"
    if size == 2:
        return text[0] + "*"
    return text[0] + "*" * min(size - 2, 8) + text[-1]
