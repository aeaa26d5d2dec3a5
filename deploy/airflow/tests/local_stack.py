"""The local stack that runs beside the tests, as `npm start` started it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ELIAS = Path(__file__).parents[3] / "bin/elias.mjs"


@dataclass(frozen=True)
class LocalStack:
    """A running stack, by its state directory."""

    state: Path
    node: str

    @property
    def orchestrator_url(self) -> str:
        """Where its orchestrator listens."""
        return json.loads((self.state / "stack.json").read_text())["orchestrator"]["url"]

    def get(self, path: str) -> Any:
        """What the orchestrator answers."""
        with urlopen(f"{self.orchestrator_url}{path}", timeout=30) as answer:
            return json.load(answer)

    def compare(self, window_id: str) -> subprocess.CompletedProcess[str]:
        """`elias compare`: exit code 0 when archive, Redshift and Postgres have the same rows."""
        command = [self.node, str(ELIAS), "--state", str(self.state), "compare", window_id]
        return subprocess.run(command, capture_output=True, text=True, timeout=120)
