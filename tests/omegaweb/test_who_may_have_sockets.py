"""Every socket of the site, and who may have it: one that is not in the table fails here."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from omegaweb.accounts.models import User
from omegaweb.runs.routing import websocket_urlpatterns
from omegaweb.runs.sockets.base import NOT_FOUND, SIGNED_OUT
from tests.people import join, signed_in
from tests.sockets import Socket
from tests.worlds import ALLOWED, World, make_world

SOCKETS: dict[str, tuple[str, int | None]] = {
    # Route → its address for Alice's things, and what Charlie gets.
    "ws/me/": ("/ws/me/", None),
    "ws/reviews/": ("/ws/reviews/", None),
    "ws/releases/<int:pk>/": ("/ws/releases/{release.pk}/", NOT_FOUND),
    "ws/reviews/<int:pk>/": ("/ws/reviews/{review.pk}/", NOT_FOUND),
    "ws/projects/<int:project>/runs/": ("/ws/projects/{project.pk}/runs/", NOT_FOUND),
    "ws/runs/compare/": ("/ws/runs/compare/?run={run.pk}", NOT_FOUND),
    "ws/runs/<int:pk>/": ("/ws/runs/{run.pk}/", NOT_FOUND),
    "ws/runs/<int:pk>/candidates/<int:number>/": ("/ws/runs/{run.pk}/candidates/1/", NOT_FOUND),
}


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


def test_every_socket_is_in_the_table() -> None:
    assert set(SOCKETS) == {str(pattern.pattern) for pattern in websocket_urlpatterns}


@pytest.mark.parametrize("route", SOCKETS)
async def test_who_may_have_the_socket(world: World, route: str) -> None:
    path, refusal = SOCKETS[route]
    path = path.format(project=world.project, run=world.run, review=world.review, release=world.release)
    assert await Socket(path, None).connect() == SIGNED_OUT
    assert await is_refused(path, world.charlie) == refusal
    for role in ALLOWED:
        await sync_to_async(join)(world.project, world.bob, role)
        assert await is_refused(path, world.bob) is None


async def is_refused(path: str, person: User) -> int | None:
    socket = Socket(path, await sync_to_async(signed_in)(person))
    code = await socket.connect()
    if code is None:
        await socket.disconnect()
    return code
