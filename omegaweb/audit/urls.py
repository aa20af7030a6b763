"""The addresses of the audit log, below the project whose log it is."""

from __future__ import annotations

from django.urls import path

from omegaweb.audit import views

app_name = "audit"

urlpatterns = [
    path("<int:pk>/audit/", views.log, name="log"),
    path("<int:pk>/audit/export/<slug:kind>/", views.export, name="export"),
]
