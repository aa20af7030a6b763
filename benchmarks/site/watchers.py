"""Many open pages of one run, in a process of its own: each has the two sockets that a page has.

    python -m benchmarks.site.watchers ADDRESS RUN SOCKETS SESSION…  --tabs overview log

Says "ready" when each page has its first frame. Ends when a line comes in that names the last event, as soon as all
have it or after a while, and prints what each page was sent and when.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field

import websockets

#: Seconds to wait for what is still on its way.
PATIENCE = 15.0
_SEQUENCE = re.compile(r'\{"sequence": (\d+)')


@dataclass(slots=True)
class Page:
    """What one page was sent."""

    frames: list[tuple[float, int]] = field(default_factory=list)  # when, and up to which event
    length: int = 0  # bytes, about
    badges: int = 0
    closed: bool = False


async def main() -> None:
    options = read_options()
    pages = [Page() for _ in range(options.sockets)]
    tasks = []
    for number, page in enumerate(pages):
        session, tab = options.sessions[number % len(options.sessions)], options.tabs[number % len(options.tabs)]
        run = f"{options.address}/ws/runs/{options.run}/?tab={tab}&after={options.after}"
        tasks.append(asyncio.create_task(watch(run, session, page)))
        tasks.append(asyncio.create_task(hear(f"{options.address}/ws/me/", session, page)))
    await until(lambda: all(page.frames or page.closed for page in pages), seconds=120)
    print("ready", flush=True)
    last = int(await asyncio.to_thread(sys.stdin.readline))
    await until(lambda: all(page.closed or page.frames[-1][1] >= last for page in pages), seconds=PATIENCE)
    for task in tasks:
        task.cancel()
    print(json.dumps({"frames": [page.frames for page in pages], **sums(pages)}), flush=True)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("run", type=int)
    parser.add_argument("after", type=int)
    parser.add_argument("sockets", type=int)
    parser.add_argument("sessions", nargs="+")
    parser.add_argument("--tabs", nargs="+", default=["overview"])
    return parser.parse_args()


def sums(pages: list[Page]) -> dict[str, int]:
    return {"bytes": sum(page.length for page in pages), "closed": sum(page.closed for page in pages)}


async def watch(address: str, session: str, page: Page) -> None:
    try:
        async with opened(address, session) as socket:
            async for text in socket:
                found = _SEQUENCE.match(str(text))
                assert found is not None
                page.frames.append((time.time(), int(found[1])))
                page.length += len(text)
    except (OSError, websockets.WebSocketException):
        pass
    page.closed = True


async def hear(address: str, session: str, page: Page) -> None:
    async with opened(address, session) as socket:
        async for _ in socket:
            page.badges += 1


def opened(address: str, session: str) -> websockets.connect:
    headers = {"Cookie": f"sessionid={session}"}
    origin = re.sub(r"^ws(.*?//[^/]*).*", r"http\1", address)
    return websockets.connect(
        address, additional_headers=headers, origin=websockets.Origin(origin), max_size=None, open_timeout=120
    )


async def until(is_so: object, *, seconds: float) -> None:
    """Wait until something is so, or the time is up."""
    assert callable(is_so)
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(main())
