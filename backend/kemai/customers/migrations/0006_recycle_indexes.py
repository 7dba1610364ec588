from django.db import migrations, models

from kemai.base.indexes import AddIndexBeside

LIVING = models.Q(("deleted_at__isnull", True))


def index(name: str, *fields: str) -> AddIndexBeside:
    return AddIndexBeside("customer", models.Index(fields=[*fields], name=name, condition=LIVING))


class Migration(migrations.Migration):
    atomic = False  # customers are many: nobody waits for these indexes

    dependencies = [("customers", "0005_recycling")]

    operations = [
        index("cust_recycle_o_ix", "recycle_on", "id"),
        index("cust_owner_recycle_o_ix", "owner_id", "recycle_on", "id"),
        index("cust_departmen_recycle_o_ix", "department_id", "recycle_on", "id"),
    ]
