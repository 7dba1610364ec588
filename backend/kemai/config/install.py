"""What every installation has from the start: ready roles, pipeline, pool, dictionaries, audit partitions. Safe to run again."""

from __future__ import annotations

from django.db import transaction

from kemai.accounts.models import Department, RightsEpoch
from kemai.activities.services.ready import make_ready
from kemai.administration.services.people import INSTALLER
from kemai.administration.services.roles import install_roles
from kemai.base.audit import act
from kemai.base.maintenance import make_partitions
from kemai.customers.models import Pool, PoolMember
from kemai.kit.text.search import pinyin_sort_key
from kemai.platform.models import DictionaryValue
from kemai.platform.objects.dictionaries import all_dictionaries, forget_cache
from kemai.sales.services.pipelines import make_ready_pipelines


def install() -> None:
    """Bring an empty or older database to what this version ships."""
    make_partitions()
    with transaction.atomic():
        RightsEpoch.objects.get_or_create(id=1)
        _seed_dictionaries()
        install_roles()
        make_ready_pipelines(INSTALLER)
        make_ready(INSTALLER)
        _first_pool()


def _seed_dictionaries() -> None:
    known = set(DictionaryValue.objects.values_list("dictionary", flat=True))
    new = [d for d in all_dictionaries() if d.code not in known]
    if new:
        with act(INSTALLER, "create", object="dictionaries"):
            DictionaryValue.objects.bulk_create(
                DictionaryValue(
                    dictionary=d.code, value=value, label_zh=label.zh, label_en=label.en, color=color, position=n
                )
                for d in new
                for n, (value, label, color) in enumerate(d.seed)
            )
    forget_cache()


def _first_pool() -> None:
    if Pool.objects.exists():
        return
    with act(INSTALLER, "create", object="pools"):
        top = Department.objects.filter(parent__isnull=True, deleted_at__isnull=True).first()
        if top is None:
            top = Department.objects.create(name="公司", name_sort=pinyin_sort_key("公司"), kind="company")
        pool = Pool.objects.create(
            name="公共客户池",
            name_en="Shared pool",
            name_sort=pinyin_sort_key("公共客户池"),
            is_default=True,
        )
        PoolMember.objects.create(pool=pool, member_kind="department", member_id=top.id)
