"""The process of the server: prints its port, serves until it is ended.

python -m benchmarks.server [--world 0] [--latency 0.002] [--noise 0.1] [--faults 0.2] [--rate-limit 100]
"""

from __future__ import annotations

import argparse
import asyncio

from benchmarks.server.app import App, Settings
from benchmarks.server.faults import Faults
from benchmarks.server.http import Connection
from benchmarks.task.models import SimulatedModels
from benchmarks.task.world import make_world


def main() -> None:
    options = read_options()
    models = SimulatedModels(make_world(options.world), noise=options.noise, seed=options.seed)
    settings = Settings(latency=options.latency)
    app = App(models, settings, Faults(share=options.faults, hang=options.hang, seed=options.seed), options.rate_limit)
    asyncio.run(serve(app, options.port))


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--world", type=int, default=0, help="seed of the hidden rules and the tickets")
    parser.add_argument("--seed", type=int, default=0, help="of the models' chance")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--noise", type=float, default=0.0, help="share of the answers that are drawn anew each time")
    parser.add_argument("--faults", type=float, default=0.0, help="share of the answers that fail")
    parser.add_argument("--hang", type=float, default=3.0, help="seconds until a hanging answer is dropped")
    parser.add_argument("--rate-limit", type=int, default=None, help="requests a second")
    return parser.parse_args()


async def serve(app: App, port: int) -> None:
    """Serve until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(app.handle), "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    main()
