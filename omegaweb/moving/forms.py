"""The form that takes a run."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from omegaweb.datasets.forms import within_limit
from omegaweb.moving.writing import SUFFIX


class ImportForm(forms.Form):
    """A file that “Download whole run” or `manage.py export_run` made."""

    file = forms.FileField(
        widget=forms.ClearableFileInput(attrs={"accept": f"{SUFFIX},.zip"}),
        error_messages={
            "empty": "The file is empty. Download the run again where it came from.",
            "required": "Choose a file first.",
        },
    )

    def clean_file(self) -> UploadedFile[Any]:
        """Refuse files over the limit."""
        way_out = "“manage.py import_run” on the server takes any size."
        return within_limit(self.cleaned_data["file"], way_out=way_out)
