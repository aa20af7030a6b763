"""The WebSocket addresses."""

from __future__ import annotations

from django.urls import path

from omegaweb.releases.consumers import ReleaseConsumer
from omegaweb.reviews.consumers import QueueConsumer, ReviewConsumer
from omegaweb.runs.compared.consumer import CompareConsumer
from omegaweb.runs.consumers import CandidateConsumer, ListConsumer, MeConsumer, RunConsumer

websocket_urlpatterns = [
    path("ws/me/", MeConsumer.as_asgi()),
    path("ws/projects/<int:project>/runs/", ListConsumer.as_asgi()),
    path("ws/runs/compare/", CompareConsumer.as_asgi()),
    path("ws/runs/<int:pk>/", RunConsumer.as_asgi()),
    path("ws/runs/<int:pk>/candidates/<int:number>/", CandidateConsumer.as_asgi()),
    path("ws/releases/<int:pk>/", ReleaseConsumer.as_asgi()),
    path("ws/reviews/", QueueConsumer.as_asgi()),
    path("ws/reviews/<int:pk>/", ReviewConsumer.as_asgi()),
]
