"""A checkpoint is kept in parts; of those that were kept whole, the newest of each run is one part."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def keep_the_newest(apps: Any, schema_editor: Any) -> None:
    checkpoints = apps.get_model("runs", "Checkpoint").objects
    newest = checkpoints.values("run").annotate(newest=models.Max("pk")).values_list("newest", flat=True)
    checkpoints.exclude(pk__in=list(newest)).delete()


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_initial")]

    operations = [
        migrations.RunPython(keep_the_newest, migrations.RunPython.noop),
        migrations.AlterModelOptions(name="checkpoint", options={"ordering": ("part",)}),
        migrations.RemoveField(model_name="checkpoint", name="reference"),
        migrations.RemoveField(model_name="checkpoint", name="created_at"),
        migrations.AddField(
            model_name="checkpoint",
            name="part",
            field=models.CharField(blank=True, default="", max_length=160),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="checkpoint",
            constraint=models.UniqueConstraint(fields=("run", "part"), name="checkpoint_part_once_per_run"),
        ),
    ]
