"""A server of OpenAI's protocol that takes one key only, and repeats any other in its refusal: a careless one."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class KeyServer:
    """Serves /chat/completions on a free port; `key` may be changed while it runs."""

    def __init__(self, key: str, *, answer: dict[str, Any] | None = None) -> None:
        self.key = key
        self.asked: list[str] = []  # keys that were sent
        self._change: tuple[int, str] | None = None
        self._text = json.dumps(answer if answer is not None else {"content": "yes"})
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.answer(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True, name="key-server")
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def change_after(self, answers: int, key: str) -> None:
        """Take another key only, after so many questions."""
        self._change = (answers, key)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one question."""
        key = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        self.asked.append(key)
        if self._change is not None and len(self.asked) > self._change[0]:
            self.key = self._change[1]
        message = {"role": "assistant", "content": self._text}
        usage = {"prompt_tokens": 3, "completion_tokens": 1}
        said: dict[str, Any] = {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}
        if key != self.key:
            said = {
                "error": {"message": f"Incorrect API key provided: {key}. Find yours elsewhere.", "code": "invalid"}
            }
        body = json.dumps(said).encode()
        handler.send_response(200 if key == self.key else 401)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
