"""The server's way in: pages over HTTP, live updates over WebSockets."""

from __future__ import annotations

import os
import warnings

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omegaweb.settings")
# whitenoise answers with a file, which Django reads in a thread and warns about; small files here.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")

pages = get_asgi_application()

# Imported after Django is set up, because consumers import models.
from omegaweb.body_limit import BodyLimit  # noqa: E402
from omegaweb.engine.recovery import lifespan  # noqa: E402
from omegaweb.runs.routing import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter(
    {
        "lifespan": lifespan,
        "http": BodyLimit(pages),
        "websocket": AllowedHostsOriginValidator(URLRouter(websocket_urlpatterns)),
    }
)
