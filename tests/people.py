"""Three people: Alice owns the things, Bob has things of his own or a role in hers, Charlie may see nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from omegaweb.accounts.models import User
from omegaweb.projects.models import Membership, Project

PASSWORD = "correct-horse-battery"


def person(name: str) -> User:
    """Create an account called `name`, with PASSWORD."""
    user = get_user_model().objects.create_user(username=name, password=PASSWORD)
    assert isinstance(user, User)
    return user


def join(project: Project, user: User, role: str) -> Membership:
    """Put a person into a project with a role, or give them another one."""
    membership, _ = Membership.objects.update_or_create(project=project, user=user, defaults={"role": role})
    return membership


def signed_in(user: User) -> Client:
    """Return a client that is signed in as `user`."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def alice(db: None) -> User:
    """Alice, who owns what a test creates."""
    return person("alice")


@pytest.fixture
def bob(db: None) -> User:
    """Bob, who has an account and things of his own."""
    return person("bob")


@pytest.fixture
def charlie(db: None) -> User:
    """Charlie, who has an account and nothing else."""
    return person("charlie")


@pytest.fixture
def alice_client(alice: User) -> Client:
    """A browser in which Alice is signed in."""
    return signed_in(alice)


@pytest.fixture
def bob_client(bob: User) -> Client:
    """A browser in which Bob is signed in."""
    return signed_in(bob)


@pytest.fixture
def charlie_client(charlie: User) -> Client:
    """A browser in which Charlie is signed in."""
    return signed_in(charlie)
