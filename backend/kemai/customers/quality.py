"""What a good customer file holds (CUS-10). Weights, the penalty and the time of confirmation are the business's to tune."""

from __future__ import annotations

from collections.abc import Callable

from kemai.base.parameters import Parameter, declare
from kemai.kit import validate
from kemai.kit.text.suspicious import made_up_email, made_up_name, made_up_phone
from kemai.kit.words import T
from kemai.platform.quality.declare import Quality, Weight

GROUP = T("客户资料质量", "Quality of customer files")


def _weight(field: str, default: int, label: T, only: tuple[str, str] | None = None) -> Weight:
    words = T(f"“{label.zh}”的权重", f"Weight of {label.en}")
    code = f"customers.quality.{field}"
    return Weight(field, declare(Parameter(code, "int", default, words, GROUP, minimum=0, maximum=100)), only)


def _passes(check: Callable[[str], str]) -> Callable[[str], bool]:
    def passes(text: str) -> bool:
        try:
            check(text)
        except ValueError:
            return False
        return True

    return passes


_COMPANY, _PERSON = ("kind", "company"), ("kind", "person")

CUSTOMER_QUALITY = Quality(
    weights=(
        _weight("phone", 20, T("电话", "the phone")),
        _weight("industry", 10, T("行业", "the industry"), _COMPANY),
        _weight("region", 10, T("地区", "the region")),
        _weight("address", 10, T("地址", "the address")),
        _weight("source", 10, T("来源", "the source")),
        _weight("credit_code", 15, T("统一社会信用代码", "the credit code"), _COMPANY),
        _weight("email", 5, T("邮箱", "the e-mail")),
        _weight("importance", 5, T("重要程度", "the importance")),
        _weight("relation_stage", 5, T("成交阶段", "the relation stage")),
        _weight("legal_representative", 5, T("法定代表人", "the legal representative"), _COMPANY),
        _weight("product_lines", 5, T("主营产品", "the product lines"), _COMPANY),
        _weight("sex", 5, T("性别", "the sex"), _PERSON),
        _weight("birth_on", 10, T("出生日期", "the birthday"), _PERSON),
        _weight("occupation", 5, T("职业", "the occupation"), _PERSON),
    ),
    checks={
        "phone": _passes(validate.phone),
        "email": _passes(validate.email),
        "credit_code": _passes(validate.credit_code),
    },
    doubts={"name": made_up_name, "phone": made_up_phone, "email": made_up_email},
    penalty=declare(
        Parameter(
            "customers.quality.penalty",
            "int",
            15,
            T("每处无效或可疑的值扣分", "Points off for each invalid or suspicious value"),
            GROUP,
            minimum=0,
            maximum=100,
        )
    ),
    stale_days=declare(
        Parameter(
            "customers.quality.stale_days",
            "int",
            180,
            T("多少天未确认算过期", "Stale when unconfirmed for days"),
            GROUP,
            minimum=1,
            maximum=3650,
        )
    ),
)
