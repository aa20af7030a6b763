"""Where each part of the site lives."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from omegaweb import home

urlpatterns = [
    path("", home.home, name="home"),
    path("accounts/", include("omegaweb.accounts.urls")),
    path("projects/", include("omegaweb.projects.urls")),
    path("projects/", include("omegaweb.audit.urls")),
    path("datasets/", include("omegaweb.datasets.urls")),
    path("programs/", include("omegaweb.programs.urls")),
    path("runs/", include("omegaweb.runs.urls")),
    path("reviews/", include("omegaweb.reviews.urls")),
    path("admin/", admin.site.urls),
]
