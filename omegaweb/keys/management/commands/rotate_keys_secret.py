"""`manage.py rotate_keys_secret`: changes what keys of providers are encrypted with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from omegaweb.keys import secret
from omegaweb.keys.services import encrypt_all_anew


class Command(BaseCommand):
    """Makes a new secret, encrypts every key with it, and forgets the older ones."""

    help = "Make a new secret, encrypt the keys of providers with it, and forget the older secrets. The site may run."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the way for secrets from the environment."""
        parser.add_argument("--only-encrypt", action="store_true", help="use the newest secret that there is")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        try:
            if not options["only_encrypt"]:
                secret.add_secret()
            done, lost = encrypt_all_anew()
        except ValueError as error:
            raise CommandError(str(error)) from error
        if lost:
            raise CommandError(
                f"{done} keys are encrypted anew; {lost} cannot be read, because the secret they were encrypted with "
                "is gone. Older secrets were kept. Set these keys again on the projects' key pages."
            )
        secret.forget_older()
        self.stdout.write(f"{done} keys are encrypted with the newest secret; older ones are forgotten.\n")
