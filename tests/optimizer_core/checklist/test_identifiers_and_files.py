"""Checklist, rows F120 to F124: identifiers, files and callbacks."""

from __future__ import annotations

import json
from typing import Any

import pytest

import optimizer_core as oc
from optimizer_core import metrics, optimizers, rewards
from optimizer_core.errors import CheckpointError, ConfigurationError, SchemaError
from optimizer_core.events import EpochFinished
from optimizer_core.optimizers import register_distance_function
from optimizer_core.testing import ScriptedModel, inputs_of
from tests.optimizer_core.checklist.runs import omega
from tests.optimizer_core.training.cases import answer, make_program, run, words


@register_distance_function
async def checklist_distance(c1, c2, embedding_model=None, **kwargs):
    return 1.0


@pytest.mark.parametrize(
    ("registry", "names", "cls"),
    [
        (optimizers, ("omega", "OMEGA", "Omega"), optimizers.OMEGA),
        (optimizers, ("random_few_shot", "RandomFewShot", "randomfewshot"), optimizers.RandomFewShot),
        (rewards, ("exact_match", "ExactMatch", "exactmatch"), rewards.ExactMatch),
        (rewards, ("cosine_similarity", "cosinesimilarity"), rewards.CosineSimilarity),
        (rewards, ("lm_as_judge", "LMAsJudge", "lmasjudge"), rewards.LMAsJudge),
        (metrics, ("f1_score", "F1Score", "f1score"), metrics.F1Score),
    ],
)
def test_f120_string_identifiers_in_any_spelling(registry, names, cls):
    assert {type(registry.get(name)) for name in names} == {cls}
    assert registry.get(None) is None
    with pytest.raises(ConfigurationError, match="not known"):
        registry.get("nothing")


def test_f121_every_setting_of_an_optimizer_survives_json():
    given: dict[str, Any] = {
        "language_model": "openai/proposer", "embedding_model": "openai/embedder", "k_nearest_fitter": 7,
        "distance_function": checklist_distance, "population_size": 3, "mutation_temperature": 0.1,
        "crossover_temperature": 0.2, "selection_temperature": 0.4, "sampling_temperature": 0.5,
        "reasoning_effort": "high", "merging_rate": 0.06, "merging_schedule": "constant", "algorithm": "dns-rank",
        "selection": "best", "instructions": "Short.", "reward_uncertainty": 0.0, "name": "mine",
        "description": "Mine.",
    }  # fmt: skip
    optimizer = optimizers.OMEGA(**given)
    again = optimizers.get(json.loads(json.dumps(optimizers.to_json(optimizer))))
    assert again.config() == optimizer.config()
    assert again.distance_function is checklist_distance
    for name in set(given) - {"language_model", "embedding_model", "distance_function"}:
        assert getattr(again, name) == given[name]


async def test_f122_a_program_file_brings_everything_back(tmp_path):
    program = make_program()
    program.compile(optimizer=optimizers.OMEGA(language_model="openai/p", search="plain"), reward="exact_match")
    program.assign({"namer": {"instructions": "New.", "examples": []}})
    program.save(tmp_path / "program.json")
    again: Any = oc.Program.load(tmp_path / "program.json")
    assert (again.name, again.description, again.get_state()) == ("colours", "Colours.", program.get_state())
    assert again.optimizer.config() == program.optimizer.config()
    assert isinstance(again.reward, rewards.ExactMatch)


async def test_f122_a_variables_file_holds_what_was_learnt_and_nothing_else(tmp_path):
    program, other, file = make_program(), make_program(), tmp_path / "program.variables.json"
    program.assign({"namer": {"instructions": "Learnt.", "examples": []}})
    program.save_variables(file)
    other.load_variables(file)
    assert other.get_state() == program.get_state()
    program.save(tmp_path / "program.json")
    make_program().load_variables(tmp_path / "program.json")  # a whole program has variables too
    for text, error in (("[]", CheckpointError), ('{"format": "other"}', CheckpointError), ("{", CheckpointError)):
        file.write_text(text)
        with pytest.raises(error):
            other.load_variables(file)
    assert other.get_state() == program.get_state()


async def test_f122_variables_of_another_program_change_nothing(tmp_path):
    program = make_program(name="other")
    program.save_variables(tmp_path / "v.json")
    target = make_program()
    before = target.get_state()
    with pytest.raises(SchemaError, match="namer"):
        target.load_variables(tmp_path / "v.json")
    assert target.get_state() == before


async def test_f123_checkpoints_early_stopping_and_the_csv_file_work_together(tmp_path):
    callbacks = [
        oc.ProgramCheckpoint(tmp_path / "best-{epoch}.json", save_best_only=True),
        oc.ProgramCheckpoint(tmp_path / "last.variables.json", save_variables_only=True),
        oc.EarlyStopping(stop_at=0.9),
        oc.CSVLogger(tmp_path / "log.csv"),
    ]
    program, recorder = await run(optimizer=omega(selection="best"), epochs=8, minibatch_size=0, callbacks=callbacks)
    assert recorder.of("run.finished")[0].reason in ("target_reached", "epochs_done")
    epochs = [event.epoch for event in recorder.of("epoch.finished")]
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 1 + len(epochs)
    assert oc.Program.load(tmp_path / "best-1.json").name == "colours"
    fresh = make_program()
    fresh.load_variables(tmp_path / "last.variables.json")
    assert fresh.get_state() == program.get_state()


async def test_f123_backup_and_restore_take_the_path_of_an_uninterrupted_run(tmp_path):
    class Interrupt(oc.Callback):
        def on_event(self, event):
            if isinstance(event, EpochFinished) and event.epoch == 1:
                raise KeyboardInterrupt

    def again():
        return {"program": make_program(), "optimizer": omega(), "epochs": 4}

    whole, _ = await run(**again())
    backup = oc.FileCheckpoints(tmp_path / "backup.json")
    with pytest.raises(KeyboardInterrupt):
        await run(**again(), checkpoints=backup, callbacks=[Interrupt()])
    resumed, recorder = await run(**again(), checkpoints=backup, resume_from=backup.load())
    assert recorder.of("run.started")[0].resumed
    assert resumed.get_state() == whole.get_state()


async def test_f123_a_monitor_is_any_object_that_is_told_the_events():
    class Monitor:
        def __init__(self):
            self.logged = []

        def on_event(self, event):
            if isinstance(event, EpochFinished):
                self.logged.append((event.epoch, event.logs["reward"]))

    monitor = Monitor()
    await run(optimizer=omega(), epochs=2, callbacks=[monitor])
    assert [epoch for epoch, _ in monitor.logged] == [0, 1]


async def test_the_history_tells_what_was_spent_and_which_samples_failed():
    def shaky(request):
        asked = inputs_of(request)["word"]
        return "no JSON" if asked.startswith("b") else answer(request)

    program = make_program(shaky)
    program.compile(optimizer=omega(), reward="exact_match")
    history = await program.fit(*words(8), validation_data=words(4), batch_size=4)
    assert history.spend is not None
    assert set(history.spend.by_role) == {"task", "proposer", "embedding"}
    assert history.spend.calls == sum(role["calls"] for role in history.spend.by_role.values())
    assert history.nb_failures == len(history.failures) > 0
    assert {failure.split for failure in history.failures} <= {"train", "validation"}
    assert all("does not fit" in failure.error for failure in history.failures)
    assert isinstance(program.optimizer.language_model, ScriptedModel)
