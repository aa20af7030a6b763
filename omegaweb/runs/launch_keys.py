"""With whose keys a run would ask its models, said before it is launched."""

from __future__ import annotations

from dataclasses import dataclass

from django.forms import Form

from omegaweb.engine.providers import is_built_in, key_note, missing_key, provider_of
from omegaweb.runs.form_checks import model_asked, roles_asked


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAsked:
    """One model and its key."""

    model: str
    note: str
    provider: str
    is_missing: bool


def keys_asked(form: Form) -> list[KeyAsked]:
    """Return the models that the form as it stands would ask, built-in ones left out; each once. It must be cleaned."""
    values = getattr(form, "cleaned_data", {})
    found: dict[tuple[str, str], KeyAsked] = {}
    for role in roles_asked(values):
        model = model_asked(role, values)
        address = values.get("embedding_api_base" if role == "embedding" else "api_base") or ""
        if model and not is_built_in(model):
            missing = bool(missing_key(model, address))
            note = key_note(model, address)
            found[model, address] = KeyAsked(model=model, note=note, provider=provider_of(model), is_missing=missing)
    return list(found.values())
