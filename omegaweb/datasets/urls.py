"""The addresses below /datasets/."""

from __future__ import annotations

from django.urls import path

from omegaweb.datasets import views

app_name = "datasets"

urlpatterns = [
    path("", views.list_, name="list"),
    path("upload/", views.upload, name="upload"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/progress/", views.progress, name="progress"),
    path("<int:pk>/split/", views.split, name="split"),
    path("<int:pk>/read-again/", views.read_again, name="read-again"),
    path("<int:pk>/delete/", views.delete, name="delete"),
]
