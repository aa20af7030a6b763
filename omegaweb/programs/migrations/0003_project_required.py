"""Every program belongs to a project."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0002_project"),
        ("projects", "0002_personal_projects"),
    ]

    operations = [
        migrations.AlterField(
            model_name="program",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="programs",
                to="projects.project",
            ),
        ),
        migrations.AddConstraint(
            model_name="program",
            constraint=models.UniqueConstraint(fields=("project", "name"), name="one_program_per_name"),
        ),
    ]
