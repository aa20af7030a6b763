"""`manage.py export_run`: a whole run as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from omegaweb.moving.writing import RunUnderWay, file_of
from omegaweb.runs.models import Run


class Command(BaseCommand):
    """Writes a run with its dataset, program, events, journal, checkpoints and decisions."""

    help = "Write a whole run into a file, for `import_run` on another site. It holds no key and no password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare which run, and where to."""
        parser.add_argument("run", type=int, help="number of the run, as in the address of its page")
        parser.add_argument("file", type=Path, help="where to write it; must not be there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        run = Run.objects.select_related("project").filter(pk=options["run"]).first()
        if run is None:
            raise CommandError(f"There is no run {options['run']}.")
        path: Path = options["file"]
        try:
            with path.open("xb") as file:
                file.writelines(file_of(run))
        except FileExistsError as error:
            raise CommandError(f"{path} is there already: name another file.") from error
        except (RunUnderWay, OSError) as error:
            path.unlink(missing_ok=True)
            raise CommandError(str(error)) from error
        self.stdout.write(f"{path}: “{run}”, {path.stat().st_size / 1_000_000:,.1f} MB\n")
