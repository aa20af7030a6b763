"""The forms of the keys page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.views.decorators.debug import sensitive_variables

from omegaweb.engine.providers import KEY_VARIABLES, provider_of
from omegaweb.field_messages import use_plain_messages
from omegaweb.keys.models import ADDRESS_LENGTH, ProviderKey
from omegaweb.server_address import ServerAddressField

NAMES = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "gemini": "Google Gemini",
    "mistral": "Mistral",
    "openrouter": "OpenRouter",
    "groq": "Groq",
    "deepseek": "DeepSeek",
    "xai": "xAI",
    "together_ai": "Together AI",
    "cohere": "Cohere",
    "azure": "Azure OpenAI",
    "fireworks_ai": "Fireworks AI",
    "perplexity": "Perplexity",
    "voyage": "Voyage AI",
}
ADDRESS = "address"
LONGEST_KEY = 4000
WHOLE = "Write the whole address, like https://models.example.org/v1."


def name_of(provider: str) -> str:
    """Return what people call a provider."""
    return NAMES.get(provider, provider)


class KeyForm(forms.Form):
    """A provider and its key."""

    provider = forms.ChoiceField(
        choices=[*((name, name_of(name)) for name in KEY_VARIABLES), (ADDRESS, "A server of our own, by its address")],
        help_text="A key that is there already is replaced.",
    )
    address = forms.CharField(
        required=False,
        max_length=ADDRESS_LENGTH,
        widget=forms.URLInput(attrs={"placeholder": "https://models.example.org/v1", "autocomplete": "off"}),
        help_text="Exactly as in the launch form. The key goes nowhere else.",
    )
    key = forms.CharField(
        max_length=LONGEST_KEY,
        # Never sent back to the browser, not even with a form that was refused.
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password", "spellcheck": "false"}),
        help_text="It is encrypted and never shown again.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].widget.is_required = True  # wherever it shows
        use_plain_messages(self)

    @sensitive_variables("key")
    def clean_key(self) -> str:
        """Refuse what can be no key, without repeating it."""
        key: str = self.cleaned_data["key"].strip()
        if any(letter.isspace() or not letter.isprintable() for letter in key) or not key.isascii():
            raise forms.ValidationError("A key has no spaces and only plain letters. Copy it again, without quotes.")
        return key

    def clean(self) -> dict[str, Any]:
        """Keep an address only where there is a server of one's own, and then demand it."""
        values = super().clean() or {}
        if values.get("provider") != ADDRESS:
            return {**values, "address": ""}
        address = (values.get("address") or "").strip().rstrip("/")
        if not self.has_error("address"):
            try:
                URLValidator(schemes=["http", "https"], message=WHOLE)(address)
                ServerAddressField().clean(address)
            except forms.ValidationError as problem:
                self.add_error("address", problem)
        return {**values, "provider": "", "address": address}


class TestForm(forms.Form):
    """Which model is asked to test a key."""

    __test__ = False  # no test of pytest's

    model = forms.CharField(max_length=200, strip=True)

    def __init__(self, *args: Any, row: ProviderKey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._row = row

    def clean_model(self) -> str:
        """Refuse a model that would not be sent this key."""
        model: str = self.cleaned_data["model"]
        if self._row.provider and provider_of(model) != self._row.provider:
            raise forms.ValidationError(f"Name a model of this provider: {self._row.provider}/…")
        return model
