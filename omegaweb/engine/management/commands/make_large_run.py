"""`manage.py make_large_run`: a simulated run of any size, to see how pages bear it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from omegaweb.accounts.models import User
from omegaweb.engine.simulation.writing import make_run


class Command(BaseCommand):
    """Writes a run that no model was asked for; its name begins with "Simulated"."""

    help = "Create a simulated, finished run with many candidates and evaluations. No model is asked."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the sizes."""
        parser.add_argument("--candidates", type=int, default=2000)
        parser.add_argument("--evaluations", type=int, default=100_000)
        parser.add_argument("--rows", type=int, default=1000, help="rows of its dataset; half of them are validation")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--owner", default="", help="name of the account it belongs to; the oldest one if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        sizes = {name: options[name] for name in ("candidates", "evaluations", "rows", "seed")}
        try:
            run = make_run(owner=_owner(options["owner"]), **sizes)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"run {run.pk}: {run.name}\n  {run.get_absolute_url()}\n")


def _owner(name: str) -> User:
    accounts = User.objects.order_by("pk")
    owner = accounts.filter(username=name).first() if name else accounts.first()
    if owner is None:
        raise CommandError(
            f"There is no account {name!r}." if name else "There is no account yet: start the site once."
        )
    return owner
