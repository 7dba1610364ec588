from django.db import migrations, models

from kemai.base.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # customers are many: nobody waits for these indexes

    dependencies = [("customers", "0008_province")]

    operations = [
        AddIndexBeside(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["source", "updated_at", "id"],
                name="cust_source_ix",
            ),
        ),
        AddIndexBeside(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["province", "updated_at", "id"],
                name="cust_province_ix",
            ),
        ),
    ]
