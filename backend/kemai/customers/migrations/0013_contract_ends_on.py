from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0012_recycle_bin_index")]

    operations = [
        migrations.AddField(model_name="customer", name="contract_ends_on", field=models.DateField(null=True)),
    ]
