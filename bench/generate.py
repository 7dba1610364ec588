"""N customers, as many opportunities, a contact and ten follow-ups each.

Customers and opportunities go in by COPY, their search columns made by the product's own functions in two processes; contacts and
follow-ups are multiplied out of prepared texts by the database itself. Indexes are rebuilt afterwards and statistics taken.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any
from uuid import UUID

import orjson
import psycopg
from django.db import connections, models
from psycopg import sql

from bench import words
from bench.people import Rep, make_people
from kemai.activities.models import Interaction
from kemai.activities.models.work import DAY_FIGURES
from kemai.administration.services.roles import INSTALLER
from kemai.base.figures import recount_sql
from kemai.base.jobs import run_job
from kemai.base.models import Job
from kemai.config.env import get_env
from kemai.config.localdb import SUPERUSER
from kemai.customers.models import Contact, Customer, Pool
from kemai.customers.services.records import unique_key
from kemai.kit.regions import province_of
from kemai.kit.text.search import pinyin_sort_key
from kemai.platform.custom.manage import create_field
from kemai.platform.doubles.finder import fill_keys
from kemai.platform.models import CustomField
from kemai.platform.objects.declare import Draft, ObjectType, get_object
from kemai.platform.objects.searching import search_columns
from kemai.platform.objects.write import create_record
from kemai.sales.models import Opportunity, Stage
from kemai.sales.models.deals import STAGE_FIGURES

#: The key of a field an administrator added.
MACHINES = "machines"
FOLLOW_UPS_EACH = 10
POOLED = 0.02
NOW = datetime.now(UTC)
TABLES = (Customer, Contact, Opportunity, Interaction)


def superuser(**options: Any) -> psycopg.Connection[Any]:
    """A connection past triggers and foreign keys: what is loaded here is whole by construction."""
    place = get_env().embedded
    assert place is not None
    found = psycopg.connect(place.url_for(SUPERUSER, "kemai"), autocommit=True, **options)
    found.execute("SET session_replication_role = replica")
    found.execute("SET synchronous_commit = off")
    found.execute("SET maintenance_work_mem = '1GB'")
    return found


#: One deal in forty in each of these, by its number.
ABROAD = {7: "USD", 17: "EUR", 27: "HKD"}
RATES = {"USD": Decimal("7.1"), "EUR": Decimal("8.2"), "HKD": Decimal("0.91")}


def generate(size: int, say: Callable[[str], None]) -> None:
    """Fill an empty, migrated database."""
    began = time.perf_counter()
    reps = make_people(size)
    owners = _owners(size, reps)
    machines = create_field(
        INSTALLER,
        "customers",
        {"key": MACHINES, "type": "number", "label_zh": "设备台数", "label_en": "Machines"},
    )
    for currency, rate in RATES.items():
        values = {"currency": currency, "valid_from": "2020-01-01", "rate": str(rate)}
        create_record(INSTALLER, get_object("exchange-rates"), values)
    pool = Pool.objects.filter(is_default=True).values_list("id", flat=True).get()
    stages = list(Stage.objects.order_by("position").values_list("id", "kind", "pipeline_id"))
    connections.close_all()
    with superuser() as db:
        definitions = _drop_indexes(db)
        halves = [range(0, size, 2), range(1, size, 2)]
        _in_processes(_copy_part, [(half, owners, pool, stages) for half in halves])
        say(f"  customers and opportunities copied after {time.perf_counter() - began:.0f} s")
        _contacts(db)
        _follow_ups(db)
        say(f"  contacts and follow-ups after {time.perf_counter() - began:.0f} s")
        _figures(db)
        _way(db)
        _shares(db)
        db.execute(
            "SELECT setval('customers_number', %s), setval('sales_opportunity_number', %s)", [size + 1, size + 1]
        )
        for _, definition in definitions:
            db.execute(definition)
        _index(machines, reps[0])
        say(f"  indexes after {time.perf_counter() - began:.0f} s")
        fill_keys()
        say(f"  keys against doubles after {time.perf_counter() - began:.0f} s")
        # An import leaves a GIN index with a list of pending entries; a database in use has none.
        db.execute("VACUUM ANALYZE")
        db.execute("CREATE TABLE bench_bare (LIKE customers_customer INCLUDING ALL)")
        db.execute("ALTER TABLE bench_bare OWNER TO kemai")
        db.execute("CHECKPOINT")
    say(f"  statistics after {time.perf_counter() - began:.0f} s")


def _owners(size: int, reps: list[Rep]) -> list[tuple[UUID, UUID] | None]:
    """Owner and department of each customer, None for the pool, shuffled over the whole age of the data."""
    found: list[tuple[UUID, UUID] | None] = [(r.id, r.department) for r in reps for _ in range(r.fixed)]
    found += [None] * int(size * POOLED)
    others = [r for r in reps if not r.fixed]
    limits = list(accumulate(r.share for r in others))
    dice = random.Random(11)
    while len(found) < size:
        found += [
            (r.id, r.department) for r in dice.choices(others, cum_weights=limits, k=min(50_000, size - len(found)))
        ]
    dice.shuffle(found)
    return found[:size]


def _in_processes(work: Callable[..., None], arguments: list[tuple[Any, ...]]) -> None:
    fork = multiprocessing.get_context("fork")
    running = [fork.Process(target=work, args=a) for a in arguments]
    for one in running:
        one.start()
    for one in running:
        one.join()
        if one.exitcode:
            raise SystemExit("Making the data failed.")


def key_at(moment: datetime, dice: random.Random) -> UUID:
    """A UUIDv7 of that moment."""
    number = (int(moment.timestamp() * 1000) << 80) | dice.getrandbits(80)
    return UUID(int=(number & ~(0xF << 76) & ~(0x3 << 62)) | (7 << 76) | (2 << 62))


def _copy_part(numbers: range, owners: list[Any], pool: UUID, stages: list[Any]) -> None:
    with superuser() as customers, superuser() as deals:
        dice = random.Random(numbers.start)
        with (
            customers.cursor().copy(_copy_sql(Customer)) as to_customers,
            deals.cursor().copy(_copy_sql(Opportunity)) as to_deals,
        ):
            for customer, deal in _rows(numbers, owners, pool, stages, dice):
                to_customers.write(customer)
                to_deals.write(deal)


def _rows(
    numbers: range, owners: list[Any], pool: UUID, stages: list[Any], dice: random.Random
) -> Iterator[tuple[str, str]]:
    customers, deals = get_object("customers"), get_object("opportunities")
    customer_line, deal_line = _line(Customer), _line(Opportunity)
    last = next(o for o in reversed(owners) if o)  # whose opportunity it stays when the customer went into the pool
    for n in numbers:
        created = NOW - timedelta(seconds=dice.randrange(86_400 * 720))
        updated = created + (NOW - created) * dice.random()
        key, owner = key_at(created, dice), owners[n]
        name, brand = words.company(n)
        phone = f"+86-1{dice.randrange(3, 10)}{dice.randrange(10**8, 10**9)}".replace("-", "")
        contacted = updated if dice.random() < 0.8 else None
        values: dict[str, Any] = {
            "id": key, "created_at": created, "updated_at": updated, "number": f"KH-{n + 1:06d}", "kind": "company", "name": name,
            "short_name": brand, "owner_id": owner and owner[0], "department_id": owner and owner[1], "pool_id": None if owner else pool,
            "industry": words.INDUSTRIES[dice.randrange(10)], "phone": phone, "email": f"office{n}@example.com", "source": "visit",
            "region": name[:2], "province": province_of(name[:2]), "address": f"{name[:2]}市建设路{n % 900 + 1}号", "relation_stage": dice.choice(("new", "contacted", "")),
            "legal_representative": words.person(n * 13), "last_contact_at": contacted, "next_contact_at": contacted and contacted + timedelta(days=14),
            "custom": {MACHINES: dice.randrange(500)}, "unique_key": unique_key("company", name, phone), "created_by": owner and owner[0], "updated_by": owner and owner[0],
        }  # fmt: skip
        yield (
            customer_line(_with_search(customers, key, values)),
            deal_line(_deal(deals, n, key, brand, owner, last, stages, dice)),
        )


def _deal(
    declaration: ObjectType,
    n: int,
    customer: UUID,
    brand: str,
    owner: Any,
    last_owner: Any,
    stages: list[Any],
    dice: random.Random,
) -> dict[str, Any]:
    created = NOW - timedelta(seconds=dice.randrange(86_400 * 360))
    updated = created + (NOW - created) * dice.random()
    key = key_at(created, dice)
    stage, kind, pipeline = dice.choice(stages)
    currency = ABROAD.get(n % 40, "CNY")
    seller = owner or last_owner
    return _with_search(
        declaration,
        key,
        {
            "id": key,
            "created_at": created,
            "updated_at": updated,
            "number": f"SJ-{n + 1:06d}",
            "name": f"{brand}{words.PRODUCTS[n % 10]}",
            "customer_id": customer,
            "owner_id": seller[0],
            "department_id": seller[1],
            "holder_id": owner and owner[0],
            "holder_department_id": owner and owner[1],
            "pipeline_id": pipeline,
            "stage_id": stage,
            "status": kind,
            "stage_since": updated,
            "closed_at": None if kind == "open" else updated,
            "currency": currency,
            "rate": RATES.get(currency, Decimal(1)),
            "amount": Decimal(dice.randrange(1_000, 2_000_000)),
            "expected_close_on": (created + timedelta(days=dice.randrange(300))).date(),
            "created_by": seller[0],
            "updated_by": seller[0],
        },
    )


def _with_search(declaration: ObjectType, key: UUID, values: dict[str, Any]) -> dict[str, Any]:
    values.update(search_columns(declaration, Draft(key, None, values)))
    title = declaration.by_name[declaration.title]
    values[title.sort] = pinyin_sort_key(values[title.stored], person=declaration.search.person)
    return values


# ---------------------------------------------------------------- COPY


def _copy_sql(model: type[models.Model]) -> str:
    columns = ", ".join(f.column for f in model._meta.concrete_fields)
    return f"COPY {model._meta.db_table} ({columns}) FROM STDIN"


def _line(model: type[models.Model]) -> Callable[[dict[str, Any]], str]:
    """Values by column → a line of COPY's text format; columns not named get the model's defaults."""
    fields = list(model._meta.concrete_fields)
    defaults = {f.column: _cell(f.get_default() if f.has_default() or not f.null else None) for f in fields}
    names = [f.column for f in fields]

    def line(values: dict[str, Any]) -> str:
        return "\t".join([_cell(values[c]) if c in values else defaults[c] for c in names]) + "\n"

    return line


def _cell(value: Any) -> str:
    if value is None:
        return r"\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, list):
        return "{" + ",".join(['"' + v + '"' for v in value]) + "}"
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    text = str(value)
    return (
        text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
        if "\\" in text or "\t" in text or "\n" in text
        else text
    )


# ---------------------------------------------------------------- multiplied by the database


def _drop_indexes(db: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """Drop what is no constraint; returns (name, definition) to make it again."""
    found = db.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = ANY(%s::regclass[]) "
        "AND NOT i.indisprimary AND NOT i.indisunique",
        [[m._meta.db_table for m in TABLES]],
    ).fetchall()
    for name, _ in found:
        db.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return found


def _insert_select(model: type[models.Model], given: dict[str, str], source: str) -> str:
    columns, values = [], []
    for f in model._meta.concrete_fields:
        columns.append(f.column)
        default = f.get_default() if f.has_default() or not f.null else None
        plain = "NULL" if default is None else "'" + _cell(default) + "'"
        values.append(given.get(f.column, plain))
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {source}"


def _texts(db: psycopg.Connection[Any], table: str, rows: list[dict[str, Any]]) -> None:
    db.execute(
        f"CREATE TEMP TABLE {table} (n int, body text, title text, name_sort text, search_terms text[], private_terms text[], search_text text)"
    )
    with db.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for n, row in enumerate(rows):
            copy.write_row(
                (
                    n,
                    row["body"],
                    row.get("title", ""),
                    row.get("name_sort", ""),
                    row["search_terms"],
                    row["private_terms"],
                    row["search_text"],
                )
            )
    db.execute(f"ANALYZE {table}")


def _contacts(db: psycopg.Connection[Any]) -> None:
    declaration, rows = get_object("contacts"), []
    for n in range(2_000):
        values = {
            "name": words.person(n * 7),
            "title": ("采购经理", "总经理", "财务主管", "工程师")[n % 4],
            "phone": f"1390000{n:04d}",
        }
        columns = search_columns(declaration, Draft(UUID(int=n), None, values))
        rows.append(
            {
                "body": values["name"],
                "title": values["title"],
                "name_sort": pinyin_sort_key(values["name"], person=True),
                **columns,
            }
        )
    _texts(db, "contact_texts", rows)
    given = {
        "id": "uuidv7(c.created_at - now())", "created_at": "c.created_at", "updated_at": "c.updated_at", "created_by": "c.owner_id", "updated_by": "c.owner_id",
        "customer_id": "c.id", "holder_id": "c.owner_id", "holder_department_id": "c.department_id", "name": "x.body", "title": "x.title",
        "phone": "'1390000' || lpad(x.n::text, 4, '0')", "is_primary": "TRUE",
        **{c: f"x.{c}" for c in ("name_sort", "search_terms", "private_terms", "search_text")},
    }  # fmt: skip
    db.execute(
        _insert_select(
            Contact, given, "customers_customer c JOIN contact_texts x ON x.n = right(c.number, 6)::int % 2000"
        )
    )


def _follow_ups(db: psycopg.Connection[Any]) -> None:
    declaration, rows = get_object("interactions"), []
    for text in words.FOLLOW_UPS:
        rows.append({"body": text, **search_columns(declaration, Draft(UUID(int=1), None, {"content": text}))})
    _texts(db, "talk_texts", rows)
    at = f"o.created_at + (o.updated_at - o.created_at) * (g.n::float / {FOLLOW_UPS_EACH})"
    given = {
        "id": f"uuidv7({at} - now())", "created_at": at, "updated_at": at, "occurred_at": at, "created_by": "o.owner_id", "updated_by": "o.owner_id",
        "customer_id": "o.customer_id", "opportunity_id": "CASE WHEN g.n % 2 = 0 THEN o.id END", "holder_id": "o.holder_id",
        "holder_department_id": "o.holder_department_id", "owner_id": "o.owner_id", "department_id": "o.department_id", "content": "x.body",
        "channel": "(ARRAY['phone','visit','wechat'])[1 + g.n % 3]",
        **{c: f"x.{c}" for c in ("search_terms", "private_terms", "search_text")},
    }  # fmt: skip
    source = f"sales_opportunity o CROSS JOIN generate_series(1, {FOLLOW_UPS_EACH}) g(n) JOIN talk_texts x ON x.n = (right(o.number, 6)::int + g.n * 7) % {len(rows)}"
    db.execute(_insert_select(Interaction, given, source))


def _index(field: CustomField, person: Rep) -> None:
    job = Job.objects.create(
        actor_id=person.id, kind="field.index", params={"field": str(field.id), "build": True}, total=1
    )
    run_job(job.id)


def _figures(db: psycopg.Connection[Any]) -> None:
    for kept, records in ((STAGE_FIGURES, "sales_opportunity"), (DAY_FIGURES, "activities_interaction")):
        db.execute(f"TRUNCATE {kept.table}")
        columns = ", ".join((*kept.keys, *kept.sums))
        db.execute(f"INSERT INTO {kept.table} ({columns}) {recount_sql(kept, records)}")


def _way(db: psycopg.Connection[Any]) -> None:
    """Every deal came through the stages before its own, evenly spread over its age; a lost one was lost from the second."""
    db.execute(
        "INSERT INTO sales_stagemove (opportunity_id, from_stage_id, to_stage_id, by_id, at, void) "
        "SELECT o.id, lag(s.id) OVER w, s.id, o.owner_id, "
        "o.created_at + (o.updated_at - o.created_at) * (row_number() OVER w - 1)::float / count(*) OVER (PARTITION BY o.id), FALSE "
        "FROM sales_opportunity o JOIN sales_stage own ON own.id = o.stage_id JOIN sales_stage s ON s.pipeline_id = o.pipeline_id "
        "AND (s.id = own.id OR s.kind = 'open' AND (own.kind = 'won' OR own.kind = 'lost' AND s.position < 2 OR s.position < own.position)) "
        "WINDOW w AS (PARTITION BY o.id ORDER BY s.kind <> 'open', s.position)"
    )
    db.execute("ANALYZE sales_stagemove")
    db.execute(
        "UPDATE sales_opportunity o SET reached_id = CASE own.kind WHEN 'lost' THEN second.id ELSE own.id END, "
        "lost_from_id = CASE own.kind WHEN 'lost' THEN second.id END, close_reason = CASE own.kind WHEN 'lost' THEN "
        "(ARRAY['price', 'competitor', 'no_budget', 'cancelled'])[1 + abs(hashtext(o.id::text)) % 4] ELSE '' END "
        "FROM sales_stage own, sales_stage second WHERE own.id = o.stage_id AND second.pipeline_id = o.pipeline_id "
        "AND second.kind = 'open' AND second.position = 1 AND second.deleted_at IS NULL"
    )


def _shares(db: psycopg.Connection[Any]) -> None:
    """Each measured person has ten customers and five opportunities of others shared with him."""
    for table, name, count in (("customers_customer", "customers", 10), ("sales_opportunity", "opportunities", 5)):
        db.execute(
            "INSERT INTO accounts_recordshare (id, object, record_id, grantee_kind, grantee_id, can_write, created_at) "
            f"SELECT gen_random_uuid(), '{name}', r.id, 'user', u.id, false, now() FROM accounts_user u CROSS JOIN LATERAL "
            f"(SELECT t.id FROM {table} t WHERE t.owner_id <> u.id ORDER BY md5(t.id::text || u.id::text) LIMIT {count}) r "
            "WHERE u.username IN ('rep20', 'rep200', 'rep15000', 'head', 'director')"
        )
