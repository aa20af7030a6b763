"""Entries of the audit log: written with the change, and never changed, neither by the code nor in the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from omegaweb.accounts.models import User
from omegaweb.audit import triggers
from omegaweb.audit.models import Action, AppendOnly, AuditEntry
from omegaweb.audit.services import record
from omegaweb.datasets.services import delete_dataset
from omegaweb.engine import launcher
from omegaweb.programs.services import change_program, create_program, delete_program
from omegaweb.reviews.services import AlreadyDecided, decide, leave_out
from omegaweb.runs.configuration import ReviewChoice
from omegaweb.runs.models import RunState
from omegaweb.runs.services import delete_run, launch_run
from tests import factories
from tests.factories_runs import make_candidate, make_program, make_review, make_run, make_version


@pytest.fixture
def entry(alice: User) -> AuditEntry:
    project = factories.project_of(alice)
    return record(project=project, actor=alice, action=Action.PROJECT_CREATED, target=project)


def newest() -> AuditEntry:
    return AuditEntry.objects.order_by("-pk")[0]


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_an_entry_is_neither_saved_again_nor_deleted(entry: AuditEntry) -> None:
    entry.actor_name = "somebody else"
    for change in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(actor_name="x"),
        lambda: AuditEntry.objects.bulk_update([entry], ["actor_name"]),
    ):
        with pytest.raises(AppendOnly):
            change()
    assert AuditEntry.objects.get().actor_name == "alice"


@pytest.mark.parametrize("statement", ["UPDATE audit_auditentry SET actor_name = 'x'", "DELETE FROM audit_auditentry"])
def test_the_database_refuses_as_well(entry: AuditEntry, statement: str) -> None:
    triggers.install(connection)  # undone with the test's transaction
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute(statement)
    assert AuditEntry.objects.get().actor_name == "alice"


def test_an_entry_outlives_its_people_and_things(alice: User, entry: AuditEntry) -> None:
    entry_id = entry.pk
    factories.project_of(alice).delete()
    alice.delete()
    assert AuditEntry.objects.get(pk=entry_id).actor_name == "alice"


def test_a_dataset_leaves_its_whole_life(alice: User) -> None:
    delete_dataset(dataset=factories.version(alice).dataset, user=alice)
    assert actions() == ["dataset.uploaded", "dataset.split", "dataset.deleted"]
    split = AuditEntry.objects.get(action=Action.DATASET_SPLIT)
    assert split.after is not None
    assert (split.before, split.after["inputs"], split.after["targets"]) == (None, ["ticket"], ["label"])


def test_a_program_leaves_what_changed_in_it(alice: User) -> None:
    definition = make_program(alice).definition()
    program = create_program(
        project=factories.project_of(alice), user=alice, definition={**definition, "name": "Another"}
    )
    change_program(program=program, user=alice, definition={**program.definition(), "instruction": "New"})
    assert newest().before == {"instruction": definition["instruction"]}
    assert newest().after == {"instruction": "New"}
    change_program(program=program, user=alice, definition={**program.definition(), "instruction": "New"})
    delete_program(program=program, user=alice)
    assert actions() == ["program.created", "program.changed", "program.deleted"]


def test_a_run_leaves_who_launched_stopped_and_deleted_it(alice: User, bob: User) -> None:
    version, program = make_version(alice), make_program(alice)
    configuration = make_run(alice, version=version).choices
    run = launch_run(user=alice, name="Mine", version=version, program=program, configuration=configuration)
    assert launcher.stop(run.pk, user=bob)
    assert not launcher.stop(run.pk, user=alice)
    assert delete_run(run, user=alice)
    told = AuditEntry.objects.filter(target_kind="run").order_by("pk").values_list("actor_name", "action")
    assert list(told) == [("alice", "run.launched"), ("bob", "run.stopped"), ("alice", "run.deleted")]
    assert newest().target_name == "Mine"


def test_what_the_site_does_by_itself_says_so(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher.launcher, "fill", lambda: None)
    run = make_run(alice, state=RunState.INTERRUPTED)
    assert launcher.continue_run(run.pk)
    assert (newest().actor_name, newest().actor_id, newest().action) == ("omegaweb", None, "run.continued")


def test_a_decision_is_written_once_with_what_it_was_before(alice: User, bob: User) -> None:
    run = make_run(alice, configuration={"review": ReviewChoice(asks="every")})
    review = make_review(make_candidate(run, number=1, instruction="Sort: {{text}}"))
    decide(review, user=alice, verdict="rejected", reason="Too short.")
    with pytest.raises(AlreadyDecided):
        decide(review, user=bob, verdict="approved")
    entry = AuditEntry.objects.get(action=Action.REVIEW_DECIDED)
    assert entry.before is not None
    assert entry.before["state"] == "pending"
    assert (entry.actor_name, entry.after) == ("alice", {"state": "rejected", "reason": "Too short."})


def test_leaving_reviews_out_says_how_many(alice: User) -> None:
    run = make_run(alice, state=RunState.WAITING)
    for number in (1, 2):
        make_review(make_candidate(run, number=number, instruction=f"Sort {number}"))
    leave_out(run, user=alice)
    assert (newest().action, newest().after) == ("reviews.left_out", {"left out": 2})
    leave_out(run, user=alice)
    assert len(actions()) == 1


def test_what_fails_leaves_no_entry(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    definition = {**make_program(alice).definition(), "name": "Another"}
    create: dict[str, Any] = {"project": factories.project_of(alice), "user": alice, "definition": definition}
    create_program(**create)
    with pytest.raises(IntegrityError), transaction.atomic():
        create_program(**create)  # the name is taken
    assert actions() == ["program.created"]
