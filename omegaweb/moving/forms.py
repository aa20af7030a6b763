"""The form that takes a run."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from omegaweb.moving.writing import SUFFIX

MEGABYTE = 1024 * 1024


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
        file: UploadedFile[Any] = self.cleaned_data["file"]
        size = file.size or 0
        if size > settings.UPLOAD_LIMIT_MB * MEGABYTE:
            raise forms.ValidationError(
                f"The file has {size / MEGABYTE:,.0f} MB; up to {settings.UPLOAD_LIMIT_MB} MB can be uploaded. "
                "“manage.py import_run” on the server takes any size."
            )
        return file
