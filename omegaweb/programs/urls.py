"""The addresses below /programs/."""

from __future__ import annotations

from django.urls import path

from omegaweb.programs import views

app_name = "programs"

urlpatterns = [
    path("", views.program_list, name="list"),
    path("new/", views.create, name="create"),
    path("variables/", views.variables, name="variables"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("<int:pk>/try/", views.try_it, name="try"),
]
