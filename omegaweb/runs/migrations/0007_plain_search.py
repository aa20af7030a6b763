"""Runs of OMEGA from before there was a choice of the search say that theirs is the plain one."""

from typing import Any

from django.db import migrations


def name_the_search(apps: Any, schema_editor: Any) -> None:
    for run in apps.get_model("runs", "Run").objects.only("configuration").iterator():
        optimizer = run.configuration.get("optimizer", {})
        if optimizer.get("kind") == "omega" and "search" not in optimizer.get("parameters", {}):
            # Without the name both the pages and a continued run would take it for racing, today's default.
            optimizer.setdefault("parameters", {})["search"] = "plain"
            run.save(update_fields=["configuration"])


class Migration(migrations.Migration):
    dependencies = [("runs", "0006_places_and_evidence")]

    operations = [migrations.RunPython(name_the_search, migrations.RunPython.noop)]
