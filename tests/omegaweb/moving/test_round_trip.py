"""A run as a file and back: nothing is lost, nothing that is this site's own goes along, and it can go on."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.db import models

from omegaweb.accounts.models import User
from omegaweb.audit.models import AuditEntry
from omegaweb.datasets.models import TableRow
from omegaweb.engine import launcher
from omegaweb.engine.nearness import packed, word_vector
from omegaweb.engine.replay import rebuild
from omegaweb.moving.archive import ArchiveReader, NotImportable
from omegaweb.moving.reading import AlreadyHere, import_run
from omegaweb.moving.shapes import NAMES, OF_THE_RUN, ROWS, SINGLE, Shape
from omegaweb.moving.values import to_json
from omegaweb.moving.writing import RunUnderWay, file_of
from omegaweb.reviews.models import PairwisePick, Review, Vote
from omegaweb.runs.configuration import ModelChoice
from omegaweb.runs.models import Placement, Run, RunState
from omegaweb.runs.models.requests import Steer
from tests import factories
from tests.factories_runs import START, make_candidate, make_release, make_review, make_run, make_scores
from tests.omegaweb.engine.scripted_runs import finished, queued_run
from tests.omegaweb.engine.scripted_runs import script as script
from tests.people import join

#: These name steering requests, which have other numbers where they go.
NAMING_REQUESTS = ("events", "checkpoints")
SHAPES = (*SINGLE, ROWS, *OF_THE_RUN)


def written(run: Run) -> io.BytesIO:
    file = io.BytesIO()
    file.writelines(file_of(run))
    return file


def moved(run: Run, to: User) -> Run:
    return import_run(ArchiveReader(written(run)), project=factories.project_of(to), user=to)


def rich_run(owner: User, other: User) -> Run:
    """A run with something in every table."""
    join(factories.project_of(owner), other, "reviewer")
    run = make_run(owner, state=RunState.COMPLETED, finished_at=START + timedelta(hours=1), calls=7, cost=0.25)
    run.dataset_version.mark_used()
    start = make_candidate(run)
    best = make_candidate(run, number=1, instruction="Sort \u2028 “{{text}}”", parents=[start], fate="dominated")
    start.fate_by = best
    start.save()
    run.best = best
    run.save()
    make_scores(best, [1.0, 0.0])
    for candidate, x in ((start, 0.0), (best, 0.5)):
        Placement.objects.create(candidate=candidate, x=x, y=-1.0, vector=packed(word_vector(candidate.content)))
    run.measurements.create(sequence=1, series="best", calls=3, seconds=1.5, value=0.5, candidate=best)
    request = run.steering.create(action=Steer.NOTE, payload={"text": "shorter"}, author=other, applied_at=START)
    run.events.create(
        sequence=2,
        kind="steering.applied",
        payload={"request": str(request.pk), "action": "note", "author": "bob", "fields": {"text": "shorter"}},
        at=START,
    )
    Run.objects.filter(pk=run.pk).update(last_sequence=2)
    run.journal_parts.create(key="part", value=[{"role": "system", "content": "x"}])
    usage = {"calls": 1, "prompt_tokens": 5, "completion_tokens": 2, "cost": 0.25, "unpriced_calls": 0, "seconds": 0.1}
    run.journal.create(
        key="q",
        role="task",
        model="a/b",
        context_key="part",
        question={"a": 1},
        answer={"text": "y"},
        at=START,
        **usage,
    )
    run.checkpoints.create(part="", state={"steered": {"applied": []}, "n": 1})
    run.checkpoints.create(part="steered/applied/000000000", state=[str(request.pk)])
    review = make_review(best, state="approved", reviewer=other, decided_at=START)
    Vote.objects.create(review=review, person=other, verdict="approved", reason="Good")
    comparison = {"reference": 0, "split": "validation", "index": 0, "candidate_first": True, "pick": "same"}
    PairwisePick.objects.create(review=review, person=other, reward=1.0, reference_reward=0.0, **comparison)
    opening = run.openings.create(number=1, candidate=best, opened_by=owner, reason="To see", state="done", rows=4)
    make_release(best, opening=opening, state="approved")
    return Run.objects.get(pk=run.pk)


def content(run: Run, shape: Shape) -> list[dict[str, Any]]:
    """The rows of a run without numbers of the database."""
    names = [f"{name}__{NAMES[kind]}" for name, kind in shape.names.items()]
    found = shape.rows.filter(**{shape.within: run.pk}).order_by("pk").values(*shape.fields, *names)
    return [{name: to_json(value) for name, value in row.items()} for row in found]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.member)
def test_every_column_has_its_place(shape: Shape) -> None:
    columns = {field.name for field in shape.model._meta.concrete_fields}
    assert columns == {*shape.fields, *shape.people, *shape.names, *shape.stays}
    relations = {field.name for field in shape.model._meta.concrete_fields if isinstance(field, models.ForeignKey)}
    assert not relations & set(shape.fields)


@pytest.mark.django_db
def test_nothing_is_lost(alice: User, bob: User, charlie: User) -> None:
    run = rich_run(alice, bob)
    join(factories.project_of(charlie), bob, "viewer")
    there = moved(run, charlie)

    assert there.pk != run.pk
    assert there.project == factories.project_of(charlie)
    for shape in SHAPES:
        assert content(there, shape), shape.member
        if shape.member not in NAMING_REQUESTS:
            assert content(there, shape) == content(run, shape), shape.member
    best = there.candidates.get(number=1)
    assert (there.baseline, there.best) == (there.candidates.get(number=0), best)
    assert list(best.parents.all()) == [there.baseline]
    assert there.candidates.get(number=0).fate_by == best
    assert bytes(best.placement.vector) == packed(word_vector(best.content))
    assert best.scores.count() == 2
    assert there.measurements.get().candidate == best
    review = Review.objects.get(run=there)
    assert (review.candidate, review.reviewer, review.votes.get().person) == (best, bob, bob)
    assert review.picks.get().person == bob
    release = there.releases.get()
    assert (release.program, release.candidate, release.opening) == (there.program, best, there.openings.get())
    assert release.steps.get().comment == "It does well."
    assert str(there.openings.get().opened_by) == "alice (elsewhere)"
    request = there.steering.get()
    assert request.author == bob
    assert there.events.get(sequence=2).payload["request"] == str(request.pk)
    assert there.checkpoints.get(part__startswith="steered").state == [str(request.pk)]
    assert there.origin["by"] == "charlie"
    assert there.dataset_version.used_at
    entry = AuditEntry.objects.get(action="run.imported")
    assert (entry.actor_name, entry.target_id) == ("charlie", there.pk)


@pytest.mark.django_db
def test_strangers_stay_names_without_rights(alice: User, bob: User, charlie: User) -> None:
    there = moved(rich_run(alice, bob), charlie)

    stranger = Review.objects.get(run=there).reviewer
    assert stranger is not None
    assert (stranger.get_username(), stranger.is_active, stranger.has_usable_password()) == (
        "bob (elsewhere)",
        False,
        False,
    )
    assert not stranger.memberships.exists()
    assert not bob.memberships.filter(project=there.project).exists()


@pytest.mark.django_db
def test_members_are_known_again_by_their_address(alice: User, bob: User, charlie: User) -> None:
    run = rich_run(alice, bob)
    file = written_with_address(run, bob, "Bob@example.org")
    robert = User.objects.create_user("robert", email="bob@EXAMPLE.org")
    join(factories.project_of(charlie), robert, "viewer")

    there = import_run(ArchiveReader(file), project=factories.project_of(charlie), user=charlie)

    assert Review.objects.get(run=there).reviewer == robert


def written_with_address(run: Run, user: User, address: str) -> io.BytesIO:
    user.email = address
    user.save()
    file = written(run)
    user.email = ""
    user.save()
    return file


@pytest.mark.django_db
def test_importing_twice_says_where_it_is(alice: User, bob: User, charlie: User) -> None:
    file = written(rich_run(alice, bob))
    there = import_run(ArchiveReader(file), project=factories.project_of(charlie), user=charlie)

    with pytest.raises(AlreadyHere, match=f"run {there.pk}"):
        import_run(ArchiveReader(file), project=factories.project_of(charlie), user=charlie)
    with pytest.raises(AlreadyHere):
        import_run(ArchiveReader(file), project=factories.project_of(alice), user=alice)
    assert Run.objects.count() == 2


@pytest.mark.django_db
def test_two_runs_share_their_dataset_and_program(alice: User, bob: User, charlie: User) -> None:
    first = rich_run(alice, bob)
    second = make_run(
        alice, name="Second", version=first.dataset_version, program=first.program, state=RunState.STOPPED
    )
    make_candidate(second)
    make_release(second.candidates.get(), state="current")
    here, after = moved(first, charlie), moved(second, charlie)

    assert (here.dataset_version, here.program) == (after.dataset_version, after.program)
    assert TableRow.objects.filter(table__dataset__project=here.project).count() == 12
    assert list(here.program.releases.order_by("number").values_list("number", "state")) == [
        (1, "approved"),
        (2, "approved"),  # it was current; here somebody has to make it so
    ]


@pytest.mark.django_db
def test_a_program_of_the_same_name_is_left_alone(alice: User, bob: User, charlie: User) -> None:
    run = rich_run(alice, bob)
    mine = make_run(charlie, program=None, name=run.name).program
    assert mine.name == run.program.name
    there = moved(run, charlie)

    assert there.program != mine
    assert there.program.name == f"{mine.name} (imported)"


@pytest.mark.django_db
def test_a_run_under_way_is_not_written(alice: User) -> None:
    with pytest.raises(RunUnderWay, match="pause or stop it first"):
        written(make_run(alice, state=RunState.RUNNING))


@pytest.mark.django_db
def test_the_file_begins_before_much_is_read(alice: User, bob: User, django_assert_max_num_queries: Any) -> None:
    run = rich_run(alice, bob)

    with django_assert_max_num_queries(2):
        begun = next(file_of(run))

    assert begun.startswith(b"PK")


@pytest.mark.django_db
def test_a_run_that_went_on_meanwhile_gives_a_file_without_an_end(alice: User, bob: User) -> None:
    run = rich_run(alice, bob)
    file, sent = file_of(run), io.BytesIO()
    sent.write(next(file))
    Run.objects.filter(pk=run.pk).update(last_sequence=run.last_sequence + 1)

    with pytest.raises(RunUnderWay, match="went on while it was written"):
        sent.writelines(file)

    with pytest.raises(NotImportable):
        ArchiveReader(sent)


@pytest.mark.django_db
def test_no_secret_is_in_the_file(alice: User, bob: User) -> None:
    run = rich_run(alice, bob)
    file = zipfile.ZipFile(written(run))
    text = b"".join(file.read(name) for name in file.namelist()).decode()

    assert alice.password not in text
    people = [json.loads(line) for line in file.read("people.jsonl").splitlines()]
    assert [set(person) for person in people] == [{"person", "username", "email"}] * 2


@pytest.mark.django_db
def test_a_password_in_an_address_stays(alice: User) -> None:
    run = make_run(
        alice, state=RunState.STOPPED, configuration={"models": ModelChoice(api_base="http://me:pw@box:1/v1")}
    )
    row = json.loads(zipfile.ZipFile(written(run)).read("run.jsonl"))

    assert row["configuration"]["models"]["api_base"] == "http://box:1/v1"


@pytest.mark.django_db(transaction=True)
def test_a_whole_run_can_be_replayed_where_it_went(alice: User, charlie: User, script: Any) -> None:
    run = queued_run(alice, epochs=1)
    launcher.start(run.pk)
    there = moved(finished(run), charlie)
    before = {shape.member: content(there, shape) for shape in OF_THE_RUN}

    rebuild(there.pk)

    assert {shape.member: content(there, shape) for shape in OF_THE_RUN} == before
