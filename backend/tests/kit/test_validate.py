"""Values with rules of their own: what is stored, and the code of each refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kemai.kit.validate import InvalidValue, credit_code, email, phone, resident_id, url

GOOD = [
    (credit_code, "91110000600037341L", "91110000600037341L"),
    (credit_code, " ９１１１００００６０００３７３４１l ", "91110000600037341L"),
    (credit_code, "9111-0000-6000-3734-1L", "91110000600037341L"),
    (resident_id, "11010519491231002X", "11010519491231002X"),
    (resident_id, "110105 19491231 002x", "11010519491231002X"),
    (phone, "+86 138 0000 1234", "13800001234"),
    (phone, "(021)62345678转801", "021-62345678-801"),
    (email, " Zhang.San＠Example.COM", "Zhang.San@example.com"),
    (email, "mailto:a+b@x.cn", "a+b@x.cn"),
    (email, "张三@例子.中国", "张三@例子.中国"),
    (url, "www.Example.com/路径?q=1", "https://www.example.com/路径?q=1"),
    (url, "HTTP://Example.com:8080/A", "http://example.com:8080/A"),
    (url, "example.com:8080", "https://example.com:8080"),
    (url, "//example.cn", "https://example.cn"),
    (url, "http://192.168.1.10/x", "http://192.168.1.10/x"),
]


@pytest.mark.parametrize(("check", "text", "stored"), GOOD)
def test_good(check: Callable[[str], str], text: str, stored: str) -> None:
    assert check(text) == stored
    assert check(stored) == stored


BAD = [
    (credit_code, "", "credit_code_length"),
    (credit_code, "9111000060003734", "credit_code_length"),
    (credit_code, "91110000600037341I", "credit_code_characters"),
    (credit_code, "9111000O600037341L", "credit_code_characters"),
    (credit_code, "91110000600037341M", "credit_code_checksum"),
    (credit_code, "91110000600037314L", "credit_code_checksum"),
    (resident_id, "110105491231002", "resident_id_length"),
    (resident_id, "11010519491231O02X", "resident_id_characters"),
    (resident_id, "11010519490231002X", "resident_id_birth_date"),
    (resident_id, "110105194912310021", "resident_id_checksum"),
    (phone, "62345678", "phone_area_missing"),
    (phone, "1380000123", "phone_invalid"),
    (phone, "", "phone_invalid"),
    (email, "a@b", "email_invalid"),
    (email, "a b@x.cn", "email_invalid"),
    (email, "a..b@x.cn", "email_invalid"),
    (email, "a@-x.cn", "email_invalid"),
    (email, "a@x.cn\nbcc:b@x.cn", "email_invalid"),
    (email, "a" * 65 + "@x.cn", "email_invalid"),
    (url, "javascript:alert(1)", "url_scheme"),
    (url, "JaVaScRiPt://x.cn/%0aalert(1)", "url_scheme"),
    (url, "data:text/html,x", "url_scheme"),
    (url, "ftp://x.cn", "url_scheme"),
    (url, "java\tscript:alert(1)", "url_invalid"),
    (url, "http://", "url_invalid"),
    (url, "http://user:pass@x.cn", "url_invalid"),
    (url, "http://x.cn:99999", "url_invalid"),
    (url, "http://a b.cn", "url_invalid"),
    (url, "http://[::1", "url_invalid"),
    (url, "localhost", "url_invalid"),
    (url, "x.cn/" + "a" * 2000, "url_too_long"),
]


@pytest.mark.parametrize(("check", "text", "code"), BAD)
def test_bad(check: Callable[[str], str], text: str, code: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        check(text)
    assert caught.value.code == code


def test_nobody_is_born_tomorrow() -> None:
    assert resident_id("11010519491231002X", today=date(1949, 12, 31))
    with pytest.raises(InvalidValue):
        resident_id("11010519491231002X", today=date(1949, 12, 30))


def test_rural_collectives_have_letters() -> None:
    assert credit_code("N2110105MF1234567" + _check("N2110105MF1234567"))


def _check(body: str) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, table 3
    total = sum(alphabet.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return alphabet[-total % 31]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.sampled_from([credit_code, resident_id, phone, email, url]))
def test_any_text_is_a_value_or_refused(text: str, check: Callable[[str], str]) -> None:
    try:
        assert check(check(text)) == check(text)
    except InvalidValue as refusal:
        assert refusal.code
