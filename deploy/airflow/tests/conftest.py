"""An Airflow of the tests' own: its home is a folder that is removed after, its DAGs are those of this repository."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

DAGS = Path(__file__).parents[1] / "dags"
HOME = Path(tempfile.mkdtemp(prefix="elias-airflow-"))

# Airflow reads its settings when it is imported, so they stand here before the first import.
for name in [
    name for name in os.environ if name.startswith(("AIRFLOW_", "ELIAS_START", "ELIAS_PRODUCTS", "ELIAS_ORCH"))
]:
    del os.environ[name]
os.environ |= {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "ELIAS_START_DATE": "2023-12-01",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}

from answering_orchestrator import AnsweringOrchestrator  # noqa: E402
from local_stack import LocalStack  # noqa: E402


def pytest_unconfigure() -> None:
    """Leaves nothing behind."""
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def airflow_database() -> None:
    """Airflow's own tables, in SQLite."""
    migrate = [sys.executable, "-m", "airflow", "db", "migrate"]
    subprocess.run(migrate, check=True, stdout=subprocess.DEVNULL, timeout=120)


@pytest.fixture(scope="session")
def stack() -> LocalStack:
    """A whole local Elias with a simulated exchange."""
    return LocalStack(Path(os.environ["ELIAS_TEST_STATE"]), os.environ["ELIAS_NODE"])


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[AnsweringOrchestrator]:
    """An API that answers as the test says, and that the DAG is sent to."""
    with AnsweringOrchestrator.listening() as orchestrator:
        monkeypatch.setenv("ELIAS_ORCHESTRATOR_URL", orchestrator.url)
        yield orchestrator
