"""Answers of the orchestrator's API that a healthy stack does not give."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class AnsweringOrchestrator:
    """Listens on loopback; gives its answers in turn, the last one to all that follow, and keeps what it was asked."""

    url: str
    status: int = 200
    bodies: list[bytes] = field(default_factory=lambda: [b"{}"])
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    def answers(self, status: int, *documents: Any) -> None:
        """From now on, one after the other."""
        self.status, self.bodies = status, [json.dumps(document).encode() for document in documents]

    @classmethod
    @contextmanager
    def listening(cls) -> Iterator[AnsweringOrchestrator]:
        """On a free port, until the block ends."""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                orchestrator.asked.append((f"{self.command} {self.path}", headers, json.loads(text) if text else None))
                body = orchestrator.bodies.pop(0) if len(orchestrator.bodies) > 1 else orchestrator.bodies[0]
                self.send_response(orchestrator.status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Says nothing: the tests look at what was asked."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        orchestrator = cls(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield orchestrator
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
