"""Who a file names: members of the project are known again, everybody else stays a name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.hashers import make_password

from omegaweb.accounts.models import User
from omegaweb.projects.models import Project

#: Behind the names of people from elsewhere. No account of a person can have a name with a space in it.
ELSEWHERE = " (elsewhere)"
NAME_LENGTH = 150


class People:
    """Finds the account for a number of people.jsonl.

    Only members of the project are known again, by their e-mail address, else by their name: otherwise a file could be
    written that says which addresses have an account here. For anybody else there is an account that nobody can sign in
    with and that is in no project, so that pages have a name to show.
    """

    def __init__(self, project: Project, rows: Iterable[dict[str, Any]]) -> None:
        members = User.objects.filter(memberships__project=project)
        self._by_address = {user.email.casefold(): user for user in members if user.email}
        self._by_name = {user.get_username(): user for user in members}
        self._rows = {row["person"]: row for row in rows}
        self._users: dict[int, User] = {}

    def user(self, number: int | None) -> User | None:
        """Return an account, nobody for nobody.

        Raises:
            KeyError: the file does not say who that is.
        """
        if number is None:
            return None
        if number not in self._users:  # not before some row needs a name: a file may list a million people
            self._users[number] = self._found(self._rows[number])
        return self._users[number]

    def _found(self, row: dict[str, Any]) -> User:
        name, address = str(row["username"]), str(row.get("email") or "")
        known = self._by_address.get(address.casefold()) or _same(self._by_name.get(name), address)
        return known or _name_only(name)


def _same(named: User | None, address: str) -> User | None:
    """Return a member of that name, unless the file says that somebody else has it elsewhere."""
    is_another = named is not None and named.email and address and named.email.casefold() != address.casefold()
    return None if is_another else named


def _name_only(name: str) -> User:
    shown = name.removesuffix(ELSEWHERE)[: NAME_LENGTH - len(ELSEWHERE)] + ELSEWHERE
    # Made in bulk, which tells nobody: a newcomer would be given a project.
    nobody = User(username=shown, is_active=False, password=make_password(None))
    User.objects.bulk_create([nobody], ignore_conflicts=True)
    return User.objects.get(username=shown)
