"""Django's settings; each value that a host may want to change is an OMEGAWEB_* variable."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF

from omegaweb import databases, environment, secret_key

# Lets classes name what they hold, like ModelAdmin[Dataset], which Django itself cannot yet.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# Everything the site writes lives below this folder: back it up and you have the site.
DATA_DIR = Path(environment.text("DATA_DIR", str(BASE_DIR / "data"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

# litellm goes to the network for its price list unless told to use the one it carries.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

SECRET_KEY = environment.text("SECRET_KEY", "") or secret_key.load_or_create(DATA_DIR / "secret-key.txt")
DEBUG = environment.flag("DEBUG", False)
HOST = environment.text("HOST", "127.0.0.1")
PORT = environment.number("PORT", 8000)
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("TRUSTED_ORIGINS", "")

INSTALLED_APPS = [
    "omegaweb.accounts",
    "omegaweb.projects",
    "omegaweb.audit",
    "omegaweb.datasets",
    "omegaweb.programs",
    "omegaweb.runs",
    "omegaweb.reviews",
    "omegaweb.releases",
    "omegaweb.spending",
    "omegaweb.keys",
    "omegaweb.moving",
    "omegaweb.engine",
    "axes",
    "channels",
    "csp",
    "django_htmx",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "omegaweb.compression.Compression",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "omegaweb.urls"
ASGI_APPLICATION = "omegaweb.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "omegaweb.page_context.page",
            ],
            "libraries": {"lucide": "omegaweb.icons"},
        },
    }
]

# Rows of tables as they were drawn, by all that they show. Nothing else is kept here, and nothing is lost with it.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}},
}

# A file in the data folder, unless an address of a database is given, such as postgres://user:password@host/name.
DATABASES: dict[str, dict[str, Any]] = {"default": databases.database(environment.text("DATABASE_URL", ""), DATA_DIR)}

# Messages on this layer never leave the process: the site runs as one process.
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# Whether a run that lost its server goes on by itself, or waits for a person to continue it.
AUTO_CONTINUE = environment.flag("AUTO_CONTINUE", True)

# Minutes that a run waits while a model answers nobody; then it pauses until somebody resumes it.
PROVIDER_PATIENCE = environment.number("PROVIDER_PATIENCE", 15)

# Hosts, with or without a port, of servers that may be named in a launch form or with a key; empty: any.
MODEL_SERVERS = [word.lower() for word in environment.words("MODEL_SERVERS", "")]

# How many runs work at the same time; the others wait for their turn.
RUNS_AT_ONCE = environment.number("RUNS_AT_ONCE", 2)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Whoever guesses passwords waits; a name is shut only for the address that guessed, so that nobody can shut others out.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "pages/accounts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"

# Cookies travel over plain http only as long as the site is reached on this machine.
HTTPS = environment.flag("HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = environment.number("HSTS_SECONDS", 0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# plotly.js adds one empty <style>, which this hash of the empty string allows.
EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
# And the fixed style sheet of its maps, which it adds although nothing here draws a map (plotly 7.1.0).
MAP_STYLE = "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE, EMPTY_STYLE, MAP_STYLE],
        # plotly.js draws its picture export through blob: and data: addresses.
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

DEFAULT_EXCEPTION_REPORTER_FILTER = "omegaweb.error_reports.AlwaysHiding"

LANGUAGE_CODE = "en-us"
TIME_ZONE = environment.text("TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "omegaweb.assets.PlotlyFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

MEDIA_ROOT = DATA_DIR / "uploads"
FILE_UPLOAD_PERMISSIONS = 0o600
UPLOAD_LIMIT_MB = environment.number("UPLOAD_LIMIT_MB", 200)
TABLE_COLUMN_LIMIT = environment.number("TABLE_COLUMN_LIMIT", 500)
TABLE_ROW_LIMIT = environment.number("TABLE_ROW_LIMIT", 1_000_000)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "omegaweb": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO")},
        "django": {"handlers": ["console"], "level": "WARNING"},
    },
}
