"""The addresses of runs as files."""

from __future__ import annotations

from django.urls import path

from omegaweb.moving import views

app_name = "moving"

urlpatterns = [
    path("import/", views.import_, name="import"),
    path("<int:pk>/whole/", views.download, name="download"),
]
