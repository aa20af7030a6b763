"""The settings of the tests: everything written goes to a folder that is thrown away."""

from __future__ import annotations

import os
import tempfile

# One folder a process, because several people run tests in one checkout.
_folder = tempfile.TemporaryDirectory(prefix="omegaweb-tests-")
os.environ["OMEGAWEB_DATA_DIR"] = _folder.name

from omegaweb.settings import *  # noqa: E402, F403
from omegaweb.settings import STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# A test says itself when a run goes on.
AUTO_CONTINUE = False
