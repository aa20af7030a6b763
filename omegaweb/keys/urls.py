"""The addresses of a project's keys."""

from __future__ import annotations

from django.urls import path

from omegaweb.keys import views

app_name = "keys"

urlpatterns = [
    path("<int:pk>/keys/", views.list_, name="list"),
    path("<int:pk>/keys/<int:key>/test/", views.test, name="test"),
    path("<int:pk>/keys/<int:key>/remove/", views.remove, name="remove"),
]
