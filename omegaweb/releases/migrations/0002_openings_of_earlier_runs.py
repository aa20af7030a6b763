"""Runs that tested their winner before openings were counted have opened their seal once."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def add_openings(apps: Any, schema_editor: Any) -> None:
    opening = apps.get_model("releases", "SealOpening")
    for run in apps.get_model("runs", "Run").objects.exclude(result__isnull=True).select_related("dataset_version"):
        candidate = run.candidates.filter(key=run.result["winner"]["candidate"]).first()
        opening.objects.create(
            run=run,
            number=1,
            candidate=candidate,
            by_run=True,
            reason="The run tested its winner at its end.",
            opened_at=run.finished_at or run.created_at,
            finished_at=run.finished_at,
            state="done",
            rows=run.dataset_version.splits.count("s"),
            figures=run.result,
        )


class Migration(migrations.Migration):
    dependencies = (("releases", "0001_openings_and_releases"),)

    operations = (migrations.RunPython(add_openings, migrations.RunPython.noop),)
