"""How alike two company names are, and why (CUS-9).

A registered Chinese name is place + brand + trade + legal form (上海 + 华辰 + 精密机械 + 有限公司), the place sometimes in brackets.
The brand says which company it is; place and trade only support or contradict. So names are taken apart first, and the parts are
compared: equal, of the same sound (输入法 mistakes), or one character off.

`company_sounds` gives the keys under which alike names meet in an index: necessary for a match, not sufficient; `compare_companies`
decides.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from kemai.kit.text.company_words import CITIES, PROVINCES, TRADES
from kemai.kit.text.fold import fold, is_cjk
from kemai.kit.text.normalise import company_key
from kemai.kit.text.pinyin import syllables

PLACES = PROVINCES | CITIES
_PLACE = re.compile("(?:" + "|".join(sorted(PLACES, key=len, reverse=True)) + ")(?:省|市|特别行政区|自治区)?")
_PLACE_AT_END = re.compile("(?:" + "|".join(sorted(PLACES, key=len, reverse=True)) + ")$")
_DISTRICT = re.compile(r"^[\u4e00-\u9fff]{2}(?:新区|区|县)(?=[\u4e00-\u9fff]{2})")
_TRADE = re.compile("|".join(sorted(TRADES, key=len, reverse=True)))
_BRANCH = re.compile(
    r"(?:分公司|子公司|分厂|分店|分行|支行|分院|分校|办事处|营业部|事业部|第[一二三四五六七八九十0-9]+[^第]{0,3}$)"
)
_BRACKETS = re.compile(r"[（(【\[]([^（）()【】\[\]]{1,12})[)）】\]]")
_LATIN_TRADES_TEXT = """
technology technologies tech electronics electronic trading trade industry industries industrial international machinery
equipment systems solutions services software information engineering enterprise enterprises import export china
shanghai beijing shenzhen guangzhou hangzhou the of and
"""
_LATIN_TRADES = frozenset(_LATIN_TRADES_TEXT.split())
SHORTEST_TYPO = 3
"""Of a brand of two characters with one exchanged for another of different sound, nothing is left to know it by."""


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A name taken apart; every part folded."""

    brand: str
    place: str
    trade: str
    branch: str
    whole: str
    """Without place and legal form: brand and trade."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """0 to 100, and which parts agree: `brand`, `place` and `trade` each with a word for how."""

    score: int
    brand: str
    place: str
    trade: str


@lru_cache(maxsize=8192)
def split_company(name: str) -> CompanyName:
    """Take a company name apart. Never fails: what is not recognised stays in the brand."""
    text = unicodedata.normalize("NFKC", name)
    places: list[str] = []

    def take_bracket(found: re.Match[str]) -> str:
        inside = fold(found.group(1))
        whole = _PLACE.fullmatch(inside)
        if whole is not None:
            places.append(_bare(whole.group()))
            return ""
        return inside

    text = _BRACKETS.sub(take_bracket, text)
    if not any(is_cjk(c) for c in text):
        return _latin(name, text)
    folded = fold(text)
    found = _BRANCH.search(folded)
    branch = folded[found.start() :] if found else ""
    if found:
        # What stands between the head office's legal form and 分公司 names the branch: 有限公司上海分公司.
        cut = re.search(r"(?:公司|集团)(?=.*$)", folded[: found.start()])
        branch = folded[cut.end() :] if cut else branch
        folded = folded[: cut.end()] if cut else folded[: found.start()]
    key = company_key(folded) or folded
    while (place := _PLACE.match(key)) is not None and len(key) - place.end() >= 2:
        places.append(_bare(place.group()))
        key = key[place.end() :]
    if places and (district := _DISTRICT.match(key)) is not None and len(key) - district.end() >= 2:
        key = key[district.end() :]
    if (last := _PLACE_AT_END.search(key)) is not None and last.start() >= 2:
        places.append(_bare(last.group()))
        key = key[: last.start()]
    brand, trade = _cut(key)
    return CompanyName(brand, _place_of(places), trade, branch, key)


def _bare(place: str) -> str:
    return re.sub(r"(?:省|市|特别行政区|自治区)$", "", place)


def _place_of(places: list[str]) -> str:
    """The narrowest place named: of 广东 and 深圳 the second."""
    cities = [p for p in places if p in CITIES and p != "中国"]
    return cities[-1] if cities else next((p for p in places if p != "中国"), "")


def _cut(key: str) -> tuple[str, str]:
    for found in _TRADE.finditer(key, 2 if len(key) > 2 else len(key)):
        return key[: found.start()], key[found.start() :]
    return key, ""


def _latin(name: str, text: str) -> CompanyName:
    words = re.sub(r"[\W_]+", " ", text.lower()).split()
    whole = company_key(name)
    brand = fold("".join(w for w in words if w not in _LATIN_TRADES))
    kept = company_key(" ".join(w for w in words if w not in _LATIN_TRADES)) or brand
    trade = "".join(w for w in words if w in _LATIN_TRADES)
    return CompanyName(kept or whole, "", trade, "", whole)


@lru_cache(maxsize=8192)
def sound(text: str) -> str:
    """Toneless pinyin of folded text; latin letters stay as they are."""
    return "".join(syllables(text)[0])


@lru_cache(maxsize=4096)
def company_sounds(name: str) -> frozenset[str]:
    """Keys one of which two names share whenever `compare_companies` can find them alike: between three and eight, all selective."""
    parts = split_company(name)
    if not parts.brand:
        return frozenset()
    first = _TRADE.match(parts.trade)
    keys = {
        f"s{sound(parts.brand)}",
        f"s{sound(parts.brand + (first.group() if first else ''))}",
        f"s{sound(parts.whole)}",
        f"p{parts.place}:{sound(parts.brand)}",
    }
    if SHORTEST_TYPO <= len(parts.brand) <= 8:
        keys |= {f"x{parts.brand[:n]}{parts.brand[n + 1 :]}" for n in range(len(parts.brand))}
        keys.add(f"x{parts.brand}")
    return frozenset(keys)


BRAND, PLACE, TRADE = 60, 20, 20
_SAME_SOUND, _ONE_OFF, _MISSING, _TRADE_MISSING = 0.9, 0.8, 0.7, 0.6


def compare_companies(one: str, two: str) -> Likeness:
    """Likeness of two names. 0 where the brands differ or one is a branch of the other."""
    a, b = split_company(one), split_company(two)
    how, share = _brands(a, b)
    if share == 0 or a.branch != b.branch:
        return Likeness(0, "differs", "", "")
    place, place_share = _both(a.place, b.place, _MISSING)
    if place == "differs" and _within(a.place, b.place):
        place, place_share = "missing", _MISSING
    trade, trade_share = _trades(a.trade, b.trade)
    if a.whole == b.whole or sound(a.whole) == sound(b.whole):
        trade, trade_share = "same", 1.0
    score = BRAND * share + PLACE * place_share + TRADE * trade_share
    return Likeness(round(score), how, place, trade)


def _brands(a: CompanyName, b: CompanyName) -> tuple[str, float]:
    if a.brand == b.brand or a.whole == b.whole:
        return "same", 1.0
    if sound(a.brand) == sound(b.brand) or sound(a.whole) == sound(b.whole):
        return "same_sound", _SAME_SOUND
    if min(len(a.brand), len(b.brand)) >= SHORTEST_TYPO and OSA.distance(a.brand, b.brand, score_cutoff=1) == 1:
        return "one_off", _ONE_OFF
    # One name is short: 华辰精密 is the brand and the beginning of the trade of 华辰精密机械.
    short, long = sorted((a.whole, b.whole), key=len)
    if len(short) >= 4 and long.startswith(short):
        return "same", 1.0
    return "differs", 0.0


def _both(a: str, b: str, missing: float) -> tuple[str, float]:
    if a == b:
        return ("same", 1.0) if a else ("none", 1.0)
    return ("missing", missing) if not a or not b else ("differs", 0.0)


def _within(a: str, b: str) -> bool:
    """A province beside a city: whether the city lies in it is not known here, so it does not contradict."""
    return (a in PROVINCES and a not in _CITY_STATES) != (b in PROVINCES and b not in _CITY_STATES)


_CITY_STATES = frozenset({"北京", "上海", "天津", "重庆"})


def _trades(a: str, b: str) -> tuple[str, float]:
    how, share = _both(a, b, _TRADE_MISSING)
    if how != "differs":
        return how, share
    if a.startswith(b) or b.startswith(a):
        return "alike", 0.8
    grams = [{t[n : n + 2] for n in range(len(t) - 1)} for t in (a, b)]
    dice = 2 * len(grams[0] & grams[1]) / max(1, len(grams[0]) + len(grams[1]))
    return ("alike", dice) if dice >= 0.4 else ("differs", 0.0)
