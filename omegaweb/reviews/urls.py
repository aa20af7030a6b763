"""The addresses below /reviews/."""

from __future__ import annotations

from django.urls import path

from omegaweb.reviews import views
from omegaweb.reviews.answer_views import answer
from omegaweb.reviews.compare_views import compare

app_name = "reviews"

urlpatterns = [
    path("", views.review_list, name="list"),
    path("runs/<int:run_pk>/leave-out/", views.leave_out, name="leave-out"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/decide/", views.decide, name="decide"),
    path("<int:pk>/compare/", compare, name="compare"),
    path("<int:pk>/answer/", answer, name="answer"),
    path("<int:pk>/edit/", views.edit, name="edit"),
]
