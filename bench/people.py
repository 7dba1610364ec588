"""The company that owns the made-up customers: departments, people, and how many customers each of them has."""

from __future__ import annotations

import random
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from bench.words import person
from kemai.accounts.models import Department, Role, User, UserRole
from kemai.administration.services.roles import INSTALLER
from kemai.base.audit import act
from kemai.kit.text.search import pinyin_sort_key

PASSWORD = "kemai-bench-2026"
DEPARTMENTS = 6
GROUPS = 3
REPS_PER_GROUP = 4


@dataclass(frozen=True, slots=True)
class Rep:
    """Somebody who owns customers."""

    id: UUID
    department: UUID
    share: float
    """Of all customers; the three measured reps have a fixed number instead."""
    fixed: int = 0


def fixed_holdings(size: int) -> dict[str, int]:
    """Customers of the measured reps (decisions.md 1): 20, 200, 15,000, less where there are not as many."""
    return {"rep20": 20, "rep200": 200, "rep15000": min(15_000, size * 3 // 10)}


def make_people(size: int) -> list[Rep]:
    """Departments, people and roles, through the ORM like the installer; returns who owns customers."""
    password = make_password(PASSWORD)
    dice = random.Random(7)
    with act(INSTALLER, "create", object="departments"):
        top = Department.objects.filter(parent__isnull=True).first()
        departments = [_department(f"销售{n + 1}部", top) for n in range(DEPARTMENTS)]
        groups = [[_department(f"{d.name}{g + 1}组", d) for g in range(GROUPS)] for d in departments]
    with act(INSTALLER, "create", object="users"):
        roles = {r.code: r for r in Role.objects.all()}
        _user("director", "everything", top, roles["sales_director"], password)
        _user("head", "head", departments[0], roles["sales_manager"], password)
        reps = []
        for username, fixed in fixed_holdings(size).items():
            # The large and the middle rep work in the head's department, the small one elsewhere.
            group = groups[1][0] if username == "rep20" else groups[0][0]
            reps.append(Rep(_user(username, username, group, roles["sales_rep"], password), group.id, 0, fixed))
        for group in [g for below in groups for g in below]:
            for _ in range(REPS_PER_GROUP):
                n = len(reps)
                reps.append(
                    Rep(
                        _user(f"seller{n}", person(n * 37), group, roles["sales_rep"], password),
                        group.id,
                        dice.uniform(0.4, 1.6),
                    )
                )
    return reps


def _department(name: str, parent: Department | None) -> Department:
    return Department.objects.create(name=name, name_sort=pinyin_sort_key(name), parent=parent)


def _user(username: str, name: str, department: Department | None, role: Role, password: str) -> UUID:
    user = User.objects.create(
        username=username,
        name=name,
        name_sort=pinyin_sort_key(name, person=True),
        department=department,
        password=password,
        created_at=timezone.now(),
    )
    UserRole.objects.create(user=user, role=role)
    return user.id
