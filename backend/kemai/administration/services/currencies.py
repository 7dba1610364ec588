"""Keeping exchange rates: what may be entered, what may go, and the amounts that follow (PLT-7)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from kemai.accounts.access import Actor
from kemai.base.currencies import BASE_CURRENCY, StillInUse, rerate, used, without_rate
from kemai.base.jobs import JobRun, job_kind, start_job
from kemai.base.models import ExchangeRate
from kemai.kit.clock import now
from kemai.kit.money import CURRENCIES
from kemai.kit.words import T
from kemai.platform.objects.declare import Draft

RERATE = T("按新汇率折算金额", "Amounts by the new rates")


def prepare_rates(actor: Actor, drafts: list[Draft]) -> None:
    """A rate is one of another currency than the company's, and stays with it."""
    for draft in drafts:
        currency, day = draft.get("currency"), draft.get("valid_from")
        if currency == BASE_CURRENCY.value():
            draft.wrong("currency", "is_base", T("这是本位币，不需要汇率。", "This is the company's own currency."))
        if draft.old is not None and draft.changed("currency"):
            draft.wrong(
                "currency", "fixed", T("币种不能改，请删除后另建。", "It stays with its currency; delete it instead.")
            )
        if draft.get("rate") is not None and draft.get("rate") <= 0:
            draft.wrong("rate", "not_positive", T("汇率应大于零。", "A rate is more than nothing."))
        if currency and day:
            draft.values["name"] = f"{currency} {day:%Y-%m-%d}"


def after_rates(actor: Actor, drafts: list[Draft]) -> None:
    """Amounts follow in the background."""
    _rerate(actor, {str(d.get("currency")) for d in drafts})


def rates_gone_or_back(actor: Actor, ids: list[UUID]) -> None:
    """The last rate of a currency something is in stays: :class:`StillInUse`."""
    currencies = set(ExchangeRate.objects.filter(pk__in=ids).values_list("currency", flat=True))
    for currency, count in used(without_rate(currencies)).items():
        raise StillInUse(count=count, currency=CURRENCIES[currency].to())
    _rerate(actor, currencies)


def _rerate(actor: Actor, currencies: set[str]) -> None:
    """Where nothing is in these currencies there is nothing to do."""
    count = sum(used(currencies).values())
    if count:
        params = {"currencies": sorted(currencies)}
        start_job(actor.id, "currencies.rerate", label=RERATE, params=params, total=count)


@job_kind("currencies.rerate", RERATE)
def run_rerate(run: JobRun) -> None:
    """Amounts in these currencies by the rates as they are now. Begun again it finds done what is done."""
    run.total(sum(used(run.params["currencies"]).values()))
    run.job.done = run.job.succeeded = 0
    changed = 0
    for looked, anew in rerate(run.params["currencies"]):
        changed += anew
        run.step(succeeded=looked)
    run.result(changed=changed)


def rerate_today() -> int:
    """Rates entered ahead that have become valid count from today on: how many records changed."""
    lately = ExchangeRate.objects.filter(deleted_at__isnull=True, valid_from__gte=now().date() - timedelta(days=3))
    return sum(changed for _, changed in rerate(set(lately.values_list("currency", flat=True))))
