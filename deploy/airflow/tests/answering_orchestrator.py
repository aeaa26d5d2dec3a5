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
    """Listens on loopback; gives the same answer to every request and keeps what it was asked."""

    url: str
    status: int = 200
    body: bytes = b"{}"
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    def answers(self, status: int, document: Any) -> None:
        """From now on."""
        self.status, self.body = status, json.dumps(document).encode()

    @classmethod
    @contextmanager
    def listening(cls) -> Iterator[AnsweringOrchestrator]:
        """On a free port, until the block ends."""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                orchestrator.asked.append((f"{self.command} {self.path}", headers, json.loads(text) if text else None))
                self.send_response(orchestrator.status)
                self.send_header("content-length", str(len(orchestrator.body)))
                self.end_headers()
                self.wfile.write(orchestrator.body)

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
