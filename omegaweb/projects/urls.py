"""The addresses below /projects/."""

from __future__ import annotations

from django.urls import path

from omegaweb.projects.views.invitations import invite, join, withdraw
from omegaweb.projects.views.members import change_role, leave, remove
from omegaweb.projects.views.settings import create, delete, detail, rename, switch

app_name = "projects"

urlpatterns = [
    path("new/", create, name="create"),
    path("join/<str:token>/", join, name="join"),
    path("<int:pk>/", detail, name="detail"),
    path("<int:pk>/switch/", switch, name="switch"),
    path("<int:pk>/rename/", rename, name="rename"),
    path("<int:pk>/delete/", delete, name="delete"),
    path("<int:pk>/leave/", leave, name="leave"),
    path("<int:pk>/members/<int:member>/role/", change_role, name="change-role"),
    path("<int:pk>/members/<int:member>/remove/", remove, name="remove"),
    path("<int:pk>/invitations/", invite, name="invite"),
    path("<int:pk>/invitations/<int:invitation>/withdraw/", withdraw, name="withdraw"),
]
