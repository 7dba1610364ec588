from django.db import migrations, models

from kemai.base.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # customers are many: nobody waits for this index

    dependencies = [("customers", "0013_contract_ends_on")]

    operations = [
        AddIndexBeside(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["contract_ends_on", "id"],
                name="cust_contract_ix",
            ),
        ),
    ]
