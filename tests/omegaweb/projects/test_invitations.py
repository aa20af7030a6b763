"""Invitations: made by owners, shown once, used once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action, AuditEntry
from omegaweb.projects import invitations
from omegaweb.projects.models import Invitation, Membership, Project, Role
from tests.factories import project_of
from tests.people import PASSWORD, join, signed_in

ACCOUNT = {"username": "dora", "password1": "a-long-password", "password2": "a-long-password"}


@pytest.fixture
def project(alice: User) -> Project:
    return project_of(alice)


@pytest.fixture
def token(alice: User, project: Project) -> str:
    return invitations.invite(project=project, user=alice, recipient="dora", role=Role.REVIEWER, days=7)[1]


def link(token: str) -> str:
    return reverse("projects:join", args=[token])


def role_in(project: Project, name: str) -> str | None:
    return Membership.objects.filter(project=project, user__username=name).values_list("role", flat=True).first()


def test_the_link_is_shown_once_and_stored_nowhere(alice_client: Client, project: Project) -> None:
    sent = {"recipient": "dora@example.org", "role": "reviewer", "days": "7"}
    answer = alice_client.post(reverse("projects:invite", args=[project.pk]), sent)
    page = answer.content.decode()
    token = page.split("/projects/join/")[1].split("/")[0]
    assert "no-store" in answer["Cache-Control"]
    assert invitations.find(token).recipient == "dora@example.org"
    assert token not in alice_client.get(project.get_absolute_url()).content.decode()
    assert token not in str(list(Invitation.objects.values())) + str(list(AuditEntry.objects.values()))


def test_an_invitation_for_nobody_says_what_is_missing(alice_client: Client, project: Project) -> None:
    answer = alice_client.post(reverse("projects:invite", args=[project.pk]), {"role": "viewer", "days": "7"})
    assert answer.status_code == 422
    assert "Say for whom it is" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_somebody_with_an_account_joins(bob: User, bob_client: Client, project: Project, token: str) -> None:
    page = bob_client.get(link(token)).content.decode()
    assert "alice invites you as reviewer" in page
    assert "Join as bob" in page
    assert role_in(project, "bob") is None
    bob_client.post(link(token))
    assert role_in(project, "bob") == Role.REVIEWER
    entry = AuditEntry.objects.get(action=Action.MEMBER_JOINED)
    assert (entry.actor_name, entry.after) == ("bob", {"role": "reviewer"})


def test_the_project_joined_is_the_current_one(bob_client: Client, project: Project, token: str) -> None:
    assert bob_client.post(link(token), follow=True).context["current_project"] == project


def test_somebody_new_makes_an_account_and_is_signed_in(client: Client, project: Project, token: str) -> None:
    assert reverse("accounts:sign-in") in client.get(link(token)).content.decode()
    answer = client.post(link(token), ACCOUNT, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert answer.context["user"].get_username() == "dora"
    assert role_in(project, "dora") == Role.REVIEWER


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"password2": "another-password"}, "not the same"),
        ({"password1": "12345", "password2": "12345"}, "too short"),
        ({"username": "alice"}, "Somebody here has this name"),
    ],
)
def test_an_account_that_cannot_be_made_uses_nothing_up(client: Client, token: str, change, problem: str) -> None:
    answer = client.post(link(token), ACCOUNT | change)
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert not User.objects.filter(username="dora").exists()
    assert invitations.find(token)


def test_who_signs_in_on_the_way_comes_back_to_the_link(client: Client, bob: User, token: str) -> None:
    answer = client.post(
        f"{reverse('accounts:sign-in')}?next={link(token)}",
        {"username": "bob", "password": PASSWORD, "next": link(token)},
    )
    assert answer["Location"] == link(token)


def dead(token: str, client: Client) -> str:
    answer = client.get(link(token))
    assert answer.status_code == 410
    assert client.post(link(token), ACCOUNT).status_code == 410
    return answer.content.decode()


def test_a_wrong_link_is_explained(client: Client, db: None) -> None:
    assert "There is no such invitation" in dead("nonsense", client)
    assert not User.objects.exists()


def test_a_used_link_is_explained(client: Client, bob: User, token: str) -> None:
    invitations.accept(token=token, user=bob)
    assert "was used already" in dead(token, client)
    assert not User.objects.filter(username="dora").exists()


def test_an_expired_link_is_explained(client: Client, token: str) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "has expired" in dead(token, client)


def test_a_withdrawn_link_is_explained(client: Client, alice_client: Client, project: Project, token: str) -> None:
    address = reverse("projects:withdraw", args=[project.pk, Invitation.objects.get().pk])
    alice_client.post(address)
    alice_client.post(address)
    assert "was withdrawn" in dead(token, client)
    assert AuditEntry.objects.filter(action=Action.INVITATION_WITHDRAWN).count() == 1


def test_a_member_keeps_their_role_and_the_link(bob: User, bob_client: Client, project: Project, token: str) -> None:
    join(project, bob, Role.EDITOR)
    assert "already, so the link was not used" in bob_client.post(link(token), follow=True).content.decode()
    assert role_in(project, "bob") == Role.EDITOR
    assert invitations.find(token)


@pytest.mark.django_db(transaction=True)
def test_of_several_people_with_one_link_one_gets_in(project: Project, token: str) -> None:
    people = [User.objects.create_user(f"person{number}") for number in range(4)]
    barrier = threading.Barrier(len(people))

    def press(user: User) -> None:
        barrier.wait()
        signed_in(user).post(link(token))
        connection.close()

    threads = [threading.Thread(target=press, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Membership.objects.filter(project=project, user__in=people).count() == 1
