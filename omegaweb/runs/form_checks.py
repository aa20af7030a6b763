"""What makes a launch impossible, said at the field that can mend it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from omegaweb.datasets.models import DatasetVersion
from omegaweb.engine import assembly, providers
from omegaweb.engine.run_data import missing_inputs, missing_targets
from omegaweb.programs.models import Program
from omegaweb.runs.configuration import RunConfiguration
from omegaweb.runs.form_values import LIMITS

#: Rows of each split that are looked at while somebody waits for the launch. The run itself looks at all of them before
#: its first call, and says the same of a row that does not fit.
ROWS_CHECKED = 2_000


def check_form(form: forms.Form, values: dict[str, Any], configured: Callable[[], RunConfiguration]) -> None:
    """Check fields against each other, then against the rows, then build everything once without asking a model.

    Args:
        form: gets what is wrong.
        values: its clean ones.
        configured: what they mean, asked once nothing is wrong with them.
    """
    _check_models(form, values)
    _check_parameters(form, values)
    check_budget(form, values)
    _check_splits(form, values.get("version"))
    _check_columns(form, values.get("version"), values.get("program"))
    if form.errors:
        return
    configuration = configured()
    try:
        assembly.check(configuration)
        assembly.load_data(values["version"], configuration.program, most=ROWS_CHECKED)
    except assembly.UnfitData as error:
        form.add_error("version", f"{_sentence(error)}")
    except assembly.Unusable as error:
        form.add_error(None, _sentence(error))


def _check_models(form: forms.Form, values: dict[str, Any]) -> None:
    for role in roles_asked(values):
        name = values.get(f"{role}_name", "")
        address = values.get("embedding_api_base" if role == "embedding" else "api_base") or ""
        if variable := providers.missing_key(name, address):
            form.add_error(
                f"{role}_model",
                f"{_called(name)} needs a key: an owner can set it on the project’s page “Provider keys”; or set the "
                f"environment variable {variable} where the site runs and start it again; or choose another model. A "
                f"server of your own needs its address instead: “{_address_label(form, role)}” below.",
            )
    if not values.get("embedding_name") and not form.has_error("embedding_typed"):
        _check_embedding(form, values)


def _address_label(form: forms.Form, role: str) -> str:
    return str(form.fields["embedding_api_base" if role == "embedding" else "api_base"].label)


def _called(name: str) -> str:
    if "/" in name:
        return name
    return f"“{name}” names no provider, so it was taken as OpenAI’s (openai/{name}), which"


def roles_asked(values: dict[str, Any]) -> list[str]:
    """The roles that this run will really ask."""
    roles = ["task"]
    if values.get("optimizer") == "omega":
        roles.append("proposer")
    if values.get("reward") == "judge":
        roles.append("judge")
    if values.get("reward") == "similarity" or _competes_by_distance(values):
        roles.append("embedding")
    return roles


def model_asked(role: str, values: dict[str, Any]) -> str:
    """The model of a role; empty where there is none."""
    return values.get(f"{role}_name") or ("" if role == "embedding" else values.get("task_name", ""))


def _competes_by_distance(values: dict[str, Any]) -> bool:
    return values.get("optimizer") == "omega" and values.get("omega-algorithm") != "ga"


def _check_embedding(form: forms.Form, values: dict[str, Any]) -> None:
    if values.get("reward") == "similarity":
        form.add_error("embedding_model", "Similarity compares meanings, which needs an embedding model: choose one.")
    elif _competes_by_distance(values):
        form.add_error(
            "embedding_model",
            "OMEGA compares candidates by dominated novelty, which needs an embedding model: choose one, or set "
            "Competition to the plain genetic algorithm under Advanced.",
        )


def _check_parameters(form: forms.Form, values: dict[str, Any]) -> None:
    fewest, most = values.get("random_few_shot-nb_min_examples"), values.get("random_few_shot-nb_max_examples")
    if values.get("optimizer") == "random_few_shot" and fewest is not None and most is not None and fewest > most:
        form.add_error(
            "random_few_shot-nb_min_examples",
            f"The fewest examples ({fewest}) cannot be more than the most ({most}): lower this, or raise the other.",
        )


def check_budget(form: forms.Form, values: dict[str, Any]) -> None:
    """Say what is wrong with the limits."""
    names = [f"budget_{limit}" for limit in LIMITS]
    for name in names:
        limit = values.get(name)
        if limit is not None and not limit > 0:
            form.add_error(name, "A budget must be more than 0. Leave it empty for no limit.")
    limits = [name for name in names if values.get(name) is not None]
    if values.get("epochs") is not None or form.has_error("epochs"):
        return
    if not limits:
        form.add_error("epochs", "Without epochs a run ends with its budget, and there is none: give either.")
    elif limits == ["budget_cost"] and (unpriced := _unpriced(values)):
        form.add_error(
            "epochs",
            f"US dollars alone do not end this run, because no price is known of {_quoted(unpriced)}: give epochs or "
            "another limit, or have an owner set the price on the project’s page “Models and prices”.",
        )


def _unpriced(values: dict[str, Any]) -> list[str]:
    """The models that this run asks and whose calls no limit in money counts."""
    models = {model_asked(role, values) for role in roles_asked(values)} - {""}
    return sorted(model for model in models if providers.price_of(model) is None)


def _check_splits(form: forms.Form, version: DatasetVersion | None) -> None:
    if version is None:
        return
    empty = [name for name, size in version.split_sizes().items() if size == 0]
    if empty:
        form.add_error(
            "version",
            f"There are no {' and no '.join(empty)} rows in this dataset. Open the dataset and give "
            f"{'each' if len(empty) > 1 else 'that split'} a share of the rows.",
        )


def _check_columns(form: forms.Form, version: DatasetVersion | None, program: Program | None) -> None:
    if version is None or program is None:
        return
    definition = program.definition()
    if missing := missing_inputs(version, definition):
        form.add_error(
            "program",
            f"The program reads {_quoted(missing)}, but the input columns of the dataset are "
            f"{_quoted(version.input_columns)}. Rename the field, or choose that column as an input.",
        )
    if missing := missing_targets(version, definition):
        form.add_error(
            "program",
            f"The program answers {_quoted(missing)}, but the target columns of the dataset are "
            f"{_quoted(version.target_columns)}. Rename the field, or choose that column as a target.",
        )


def _quoted(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
