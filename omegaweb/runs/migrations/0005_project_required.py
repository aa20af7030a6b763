"""Every run belongs to a project."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0004_project"),
        ("projects", "0002_personal_projects"),
    ]

    operations = [
        migrations.AlterField(
            model_name="run",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="runs",
                to="projects.project",
            ),
        ),
    ]
