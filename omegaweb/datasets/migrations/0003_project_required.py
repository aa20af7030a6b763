"""Every dataset belongs to a project."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("datasets", "0002_project"),
        ("projects", "0002_personal_projects"),
    ]

    operations = [
        migrations.AlterField(
            model_name="dataset",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="datasets",
                to="projects.project",
            ),
        ),
    ]
