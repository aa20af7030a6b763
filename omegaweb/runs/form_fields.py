"""Fields that a launch form is built from: models to choose or type, and one field for each parameter."""

from __future__ import annotations

from typing import Any

from django import forms

from omegaweb.engine import providers
from omegaweb.engine.choices import OptimizerCard
from omegaweb.engine.parameters import Parameter

OTHER = "other"
SAME = ""
BUILT_IN_LABEL = "Built-in (runs on this computer)"


def model_choices(kind: str, *, first: tuple[str, str] | None = None) -> list[tuple[str, Any]]:
    """Return the options of a model select: built in first, then by whether their key is set here."""
    built_in, *others = providers.suggestions()[kind]
    groups: dict[str, list[tuple[str, str]]] = {"Ready to use": [], "Server of your own": [], "Key not set here": []}
    for name, _ in others:
        if providers.missing_key(name):
            groups["Key not set here"].append((name, f"{name} ({providers.key_variable(name)})"))
        elif providers.key_variable(name):
            groups["Ready to use"].append((name, name))
        # Servers of one's own are typed, because nobody else knows which models they have.
    listed = [(label, options) for label, options in groups.items() if options]
    return [
        *([first] if first else []),
        (built_in[0], BUILT_IN_LABEL),
        *listed,
        (OTHER, "Another model: type its name…"),
    ]


def typed_model(label: str, kind: str) -> forms.CharField:
    """The text field beside a model select, for any LiteLLM model string."""
    field = forms.CharField(
        label=label,
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "list": f"{kind}-models",
                "placeholder": "provider/model",
                "autocomplete": "off",
                "spellcheck": "false",
            }
        ),
    )
    field.widget.is_required = True  # wherever it shows
    return field


def field_name(card: OptimizerCard, parameter: Parameter) -> str:
    """Return the form field of an optimizer's parameter."""
    return f"{card.kind}-{parameter.name}"


def parameter_field(parameter: Parameter) -> forms.Field:
    """Return the form field that takes a parameter; its help and range come from the parameter."""
    common: dict[str, Any] = {
        "label": parameter.label,
        "help_text": parameter.help,
        "required": not parameter.optional,
        "initial": "" if parameter.default is None else parameter.default,
    }
    match parameter.type:
        case "integer":
            return forms.IntegerField(
                **common,
                min_value=int(parameter.least) if parameter.least is not None else None,
                max_value=int(parameter.most) if parameter.most is not None else None,
            )
        case "number":
            field = forms.FloatField(
                **common,
                min_value=parameter.least,
                max_value=parameter.most,
                widget=forms.NumberInput(attrs={"step": "any"}),
            )
            if parameter.above is not None:
                field.validators.append(_Above(parameter.above))
            return field
        case "choice":
            return forms.ChoiceField(**common, choices=parameter.options)
        case "text":
            return forms.CharField(**common, widget=forms.Textarea(attrs={"rows": 3, "class": "compact"}))
    raise ValueError(f"parameter {parameter.name!r} has the unknown type {parameter.type!r}")


class _Above:
    """Refuses a number that is not more than a limit."""

    def __init__(self, limit: float) -> None:
        self.limit = limit

    def __call__(self, value: float) -> None:
        if not value > self.limit:
            raise forms.ValidationError(f"Must be more than {self.limit:g}: use 0.1 for an almost greedy choice.")
