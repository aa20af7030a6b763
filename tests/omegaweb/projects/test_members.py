"""Members of a project: roles, removing, leaving, and that an owner always stays."""

from __future__ import annotations

import contextlib
import threading

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.urls import reverse

from omegaweb.accounts.models import User
from omegaweb.audit.models import Action, AuditEntry
from omegaweb.projects import services
from omegaweb.projects.models import Membership, Project, Role
from tests.factories import project_of
from tests.people import join, signed_in


@pytest.fixture
def project(alice: User) -> Project:
    return project_of(alice)


def post(client: Client, name: str, project: Project, *arguments: int, **data: str) -> str:
    """Use an address of a project, and return what the page says then."""
    answer = client.post(reverse(f"projects:{name}", args=[project.pk, *arguments]), data)
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_everybody_gets_a_project_of_their_own(alice: User, bob: User) -> None:
    assert [str(member.project) for member in Membership.objects.order_by("pk")] == ["alice's project", "bob's project"]
    assert project_of(alice) != project_of(bob)


def test_an_owner_changes_roles_and_the_log_keeps_both(alice_client, alice: User, bob: User, project: Project) -> None:
    membership = join(project, bob, Role.VIEWER)
    assert "bob is editor now" in post(alice_client, "change-role", project, membership.pk, role="editor")
    membership.refresh_from_db()
    assert membership.role == Role.EDITOR
    entry = AuditEntry.objects.get(action=Action.ROLE_CHANGED)
    assert (entry.actor_name, entry.target_name) == ("alice", "bob")
    assert (entry.before, entry.after) == ({"role": "viewer"}, {"role": "editor"})


def test_owners_are_asked_before_they_change_their_own_role_only(
    alice_client: Client, bob: User, project: Project
) -> None:
    join(project, bob, Role.VIEWER)
    page = alice_client.get(project.get_absolute_url()).content.decode()
    assert page.count("Change your own role?") == page.count('data-opens="change-own-role"') == 1
    own = page.split('id="own-role"')[1].split("</form>")[0]
    assert "Role of alice" in own
    assert 'form="own-role"' in page


def test_a_role_that_does_not_exist_is_refused(alice_client: Client, bob: User, project: Project) -> None:
    membership = join(project, bob, Role.VIEWER)
    address = reverse("projects:change-role", args=[project.pk, membership.pk])
    assert alice_client.post(address, {"role": "king"}).status_code == 400


def test_members_of_another_project_are_not_found(alice_client: Client, bob: User, project: Project) -> None:
    elsewhere = Membership.objects.get(user=bob)
    for name in ("change-role", "remove"):
        address = reverse(f"projects:{name}", args=[project.pk, elsewhere.pk])
        assert alice_client.post(address, {"role": "viewer"}).status_code == 404
    assert Membership.objects.filter(pk=elsewhere.pk, role=Role.OWNER).exists()


def test_the_last_owner_can_neither_leave_nor_become_less(alice_client, alice: User, bob: User, project) -> None:
    join(project, bob, Role.EDITOR)
    mine = Membership.objects.get(project=project, user=alice)
    for said in (
        post(alice_client, "leave", project),
        post(alice_client, "remove", project, mine.pk),
        post(alice_client, "change-role", project, mine.pk, role="editor"),
    ):
        assert "alice is the last owner of “alice's project”" in said
        assert "Make somebody else an owner first" in said
    mine.refresh_from_db()
    assert mine.role == Role.OWNER


def test_the_last_owner_who_cannot_go_stays_on_the_page_of_the_project(alice_client: Client, alice: User, project):
    mine = Membership.objects.get(project=project, user=alice)
    answer = alice_client.post(reverse("projects:remove", args=[project.pk, mine.pk]))
    assert answer.headers["Location"] == project.get_absolute_url()


def test_with_another_owner_one_may_leave(alice_client: Client, alice: User, bob: User, project: Project) -> None:
    join(project, bob, Role.OWNER)
    assert "You have left" in post(alice_client, "leave", project)
    assert alice_client.get(project.get_absolute_url()).status_code == 404
    assert AuditEntry.objects.get(action=Action.MEMBER_LEFT).before == {"role": "owner"}


def test_who_leaves_the_last_project_gets_a_new_one(alice: User, bob: User, project: Project) -> None:
    join(project, bob, Role.OWNER)
    services.end_membership(membership=Membership.objects.get(project=project, user=alice), user=alice)
    assert signed_in(alice).get("/").status_code == 200
    assert Membership.objects.get(user=alice).project != project


def test_who_is_removed_is_out_at_once(alice_client: Client, bob: User, bob_client: Client, project: Project) -> None:
    membership = join(project, bob, Role.EDITOR)
    assert bob_client.get(project.get_absolute_url()).status_code == 200
    post(alice_client, "remove", project, membership.pk)
    assert bob_client.get(project.get_absolute_url()).status_code == 404
    assert AuditEntry.objects.get(action=Action.MEMBER_REMOVED).target_name == "bob"


def test_the_page_names_members_and_escapes_them(alice_client: Client, project: Project) -> None:
    join(project, User.objects.create_user("<b>eve</b>"), Role.VIEWER)
    page = alice_client.get(project.get_absolute_url()).content.decode()
    assert "&lt;b&gt;eve&lt;/b&gt;" in page
    assert "<b>eve</b>" not in page


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays(alice: User, bob: User, project: Project) -> None:
    join(project, bob, Role.OWNER)
    owners = list(project.memberships.all())
    barrier = threading.Barrier(len(owners))

    def leave(membership: Membership) -> None:
        barrier.wait()
        with contextlib.suppress(services.LastOwner):
            services.end_membership(membership=membership, user=membership.user)
        connection.close()

    threads = [threading.Thread(target=leave, args=(membership,)) for membership in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert project.memberships.get().role == Role.OWNER
