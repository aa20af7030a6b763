"""`manage.py first_account`: makes sure that somebody can sign in, and says how."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from omegaweb.accounts import first_sign_in


class Command(BaseCommand):
    """Creates the first account on an empty site and prints how to sign in."""

    help = "Create the first account if there is none, and print how to sign in."

    def handle(self, *args: object, **options: object) -> None:
        """Run the command."""
        first_sign_in.create_if_nobody()
        self.stdout.write(f"\n  omegaweb   http://{settings.HOST}:{settings.PORT}/")
        kept = first_sign_in.remembered()
        if kept is None:
            self.stdout.write("  sign in    with your own name and password\n\n")
            return
        username, password = kept
        self.stdout.write(f"  sign in    {username}")
        self.stdout.write(f"  password   {password}   (shown until you change it)\n\n")
