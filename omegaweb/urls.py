"""Where each part of the site lives."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from omegaweb import home
from omegaweb.releases.views.api import current_version

urlpatterns = [
    path("", home.home, name="home"),
    path("accounts/", include("omegaweb.accounts.urls")),
    path("projects/", include("omegaweb.projects.urls")),
    path("projects/", include("omegaweb.audit.urls")),
    path("projects/", include("omegaweb.keys.urls")),
    path("", include("omegaweb.spending.urls")),
    path("datasets/", include("omegaweb.datasets.urls")),
    path("programs/", include("omegaweb.programs.urls")),
    path("runs/", include("omegaweb.runs.urls")),
    path("runs/", include("omegaweb.moving.urls")),
    path("reviews/", include("omegaweb.reviews.urls")),
    path("releases/", include("omegaweb.releases.urls")),
    path("api/programs/<int:pk>/current", current_version, name="api-current"),
    path("admin/", admin.site.urls),
]
