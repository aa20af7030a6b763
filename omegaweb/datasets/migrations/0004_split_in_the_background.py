"""A table says how far the split of its rows is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("datasets", "0003_project_required"),
    ]

    operations = [
        migrations.AddField(
            model_name="table",
            name="split_error",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="table",
            name="split_progress",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
    ]
