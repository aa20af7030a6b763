"""Programs as files and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import optimizer_core as oc
from optimizer_core.errors import CheckpointError, ConfigurationError
from optimizer_core.saving import read_json, write_json
from optimizer_core.testing import HashEmbedding
from tests.optimizer_core.training.cases import Colour, Word, words

EXAMPLE = {"inputs": {"word": "a1"}, "outputs": {"colour": "red"}}


def make_program(**generator):
    model = oc.LanguageModel("openai/some-model", api_key="sk-secret-key", temperature=0.2)
    return oc.Program(
        oc.Generator(
            inputs=Word,
            outputs=Colour,
            instructions="Name {{word}}.",
            seed_instructions=["Name the colour of {{word}}."],
            examples=[EXAMPLE],
            language_model=model,
            name="namer",
            **generator,
        ),
        name="colours",
        description="Names colours.",
    )


def saved_and_loaded(program, path):
    program.save(path)
    return oc.Program.load(path)


def test_f122_everything_survives(tmp_path):
    program = make_program()
    program.compile(
        optimizer=oc.optimizers.OMEGA(language_model="openai/proposer", sampling_temperature=0.7, k_nearest_fitter=9),
        reward=oc.rewards.ExactMatch(in_mask=["colour"]),
        metrics=["f1_score"],
    )
    program.assign({"namer": {"instructions": "New {{word}}.", "examples": []}})
    again = saved_and_loaded(program, tmp_path / "program.json")
    assert (again.name, again.description) == ("colours", "Names colours.")
    assert again.get_state() == program.get_state()
    (variable,) = again.trainable_variables
    assert variable.name == "namer"
    assert variable.seeds == [{"instructions": "Name the colour of {{word}}."}]
    assert again.optimizer.config() == program.optimizer.config()
    assert again.reward.config() == program.reward.config()
    assert [metric.name for metric in again.metrics] == ["f1_score"]
    assert again.root_module.outputs_schema == program.root_module.outputs_schema
    assert again._initial == program._initial


def test_keys_are_never_written(tmp_path):
    make_program().save(tmp_path / "program.json")
    assert "sk-secret-key" not in (tmp_path / "program.json").read_text()


def test_another_content_can_be_saved_without_taking_it_over(tmp_path):
    program = make_program()
    content = {"namer": {"instructions": "Best {{word}}.", "examples": []}}
    program.save(tmp_path / "best.json", content=content)
    assert oc.Program.load(tmp_path / "best.json").get_state() == content
    assert program.get_state() != content


def test_what_cannot_be_made_again_is_left_out_and_named(tmp_path):
    program = make_program()
    program.compile(reward=lambda y_true, y_pred: 1.0)
    program.save(tmp_path / "program.json")
    saved = json.loads((tmp_path / "program.json").read_text())
    assert saved["compiled"]["reward"] is None
    assert saved["left_out"][0].startswith("reward: ")
    assert oc.Program.load(tmp_path / "program.json").reward is None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(min_size=1).filter(lambda value: value.strip()),
    examples=st.lists(
        st.builds(lambda word, colour: {"inputs": {"word": word}, "outputs": {"colour": colour}}, st.text(), st.text()),
        max_size=3,
    ),
    description=st.text(),
)
def test_any_text_survives(tmp_path, text, examples, description):
    program = make_program()
    program.description = description
    program.assign({"namer": {"instructions": text, "examples": examples}})
    again = saved_and_loaded(program, tmp_path / "program.json")
    assert again.get_state() == program.get_state()
    assert again.description == description or not description


def test_several_modules_keep_their_variables_apart(tmp_path):
    program = oc.Program(
        oc.Branch(
            question="Is it a colour?",
            branches={
                "yes": oc.Generator(inputs=Word, outputs=Colour, instructions="Yes.", name="yes"),
                "no": oc.ChainOfThought(inputs=Word, outputs=Colour, instructions="No.", name="no"),
            },
            inputs=Word,
        ),
        name="branching",
    )
    again = saved_and_loaded(program, tmp_path / "program.json")
    assert list(again.get_state()) == list(program.get_state())
    assert again.get_state() == program.get_state()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"format": "else"}, "no saved program"),
        ({"version": 99}, "version 99"),
        ({"content": None}, "damaged"),
        ({"root_module": {"class_name": "os.system", "config": {}}}, "os.system"),
    ],
)
def test_files_that_cannot_be_used_are_refused(tmp_path, change, error):
    make_program().save(tmp_path / "program.json")
    saved = read_json(tmp_path / "program.json")
    write_json(tmp_path / "program.json", {**saved, **change})
    with pytest.raises((CheckpointError, ConfigurationError), match=error):
        oc.Program.load(tmp_path / "program.json")


def test_no_file_and_no_json_are_told(tmp_path):
    with pytest.raises(CheckpointError, match="cannot be read"):
        oc.Program.load(tmp_path / "nothing.json")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(CheckpointError, match="cannot be read"):
        oc.Program.load(tmp_path / "broken.json")


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    write_json(tmp_path / "file.json", {"old": 1})
    with pytest.raises(TypeError):
        write_json(tmp_path / "file.json", {"new": object()})
    assert read_json(tmp_path / "file.json") == {"old": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["file.json"]


async def test_an_optimized_program_saves_what_it_found(tmp_path):
    from tests.optimizer_core.training.cases import run

    program, _ = await run(epochs=6)
    assert program.optimizer.embedding_model.config()["model"] == HashEmbedding().config()["model"]
    program.save(tmp_path / "program.json")
    assert oc.Program.load(tmp_path / "program.json").get_state() == program.get_state()
    assert words(1)
