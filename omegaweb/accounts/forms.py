"""The sign-in form, in the site's words."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """Asks for name and password."""

    error_messages = {  # noqa: RUF012 (Django's own form declares it as an instance attribute)
        "invalid_login": "No account has this name and password. Upper and lower case matter.",
        "inactive": "This account is switched off. Ask the person who runs this site.",
    }

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "Name"
