"""The forms of projects: a name, a role, an invitation, an account for somebody who was invited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm

from omegaweb.accounts.models import User
from omegaweb.projects.models import NAME_LENGTH, Role

DAYS = ((1, "1 day"), (7, "7 days"), (30, "30 days"))

#: What the page says of each role; an owner may do what is said of all.
ROLE_TEXTS = {
    Role.VIEWER: "sees everything",
    Role.REVIEWER: "also decides reviews and releases",
    Role.EDITOR: "also uploads, edits, launches, stops and deletes",
    Role.OWNER: "also manages members, keys and this page",
}


class NameForm(forms.Form):
    """What a project is called."""

    name = forms.CharField(
        label="Name", max_length=NAME_LENGTH, error_messages={"required": "Give the project a name."}
    )


class RoleForm(forms.Form):
    """What a member may do."""

    role = forms.ChoiceField(label="Role", choices=Role.choices)

    def chosen(self) -> Role:
        """The role; only after :meth:`is_valid`."""
        return Role(self.cleaned_data["role"])


class InvitationForm(forms.Form):
    """Whom to invite, as what, and for how long the link works."""

    recipient = forms.CharField(
        label="Name or e-mail address",
        max_length=254,
        help_text="For your own list: nothing is sent. You get a link to hand over.",
        error_messages={"required": "Say for whom it is, so that the list of invitations makes sense."},
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.EDITOR)
    days = forms.TypedChoiceField(label="The link works for", choices=DAYS, coerce=int, initial=7)

    def chosen(self) -> Role:
        """The role; only after :meth:`is_valid`."""
        return Role(self.cleaned_data["role"])


class NewAccountForm(BaseUserCreationForm[User]):
    """A name and a password for somebody who was invited and has no account."""

    error_messages = {"password_mismatch": "The two passwords are not the same."}  # noqa: RUF012 (as Django declares it)

    class Meta:
        model = User
        fields = ("username",)

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.fields["username"].label = "Name"
        self.fields["username"].help_text = "Letters, digits and @ . + - _"
        self.fields["username"].error_messages["unique"] = (
            "Somebody here has this name. Choose another one, or sign in above if it is you."
        )
        self.fields["password1"].label = "Password"
        self.fields["password1"].help_text = "At least 8 characters, not only digits, and not a common word."
        self.fields["password2"].label = "Password again"
        self.fields["password2"].help_text = ""
