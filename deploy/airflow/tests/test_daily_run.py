"""Whole DAG runs by `dag.test()`, against a running local stack."""

from datetime import datetime, timezone
from typing import Any

import pytest
from airflow.models.asset import AssetEvent
from airflow.models.dagrun import DagRun
from airflow.sdk import DAG, BaseSensorOperator
from airflow.utils.session import create_session
from local_stack import LocalStack
from sqlalchemy import select
from test_dag import read_dag

PRODUCTS = ["BTC-USD", "SHIB-USD"]
WINDOWS = {f"candles/{rest}" for each in PRODUCTS for rest in (f"60/{each}/2023-12-01", f"86400/{each}/2023")}
STAGES = ["collect", "archive", "load_warehouse", "load_rds", "stats", "discounts", "checks"]


@pytest.fixture
def daily(stack: LocalStack, airflow_database: None, monkeypatch: pytest.MonkeyPatch) -> DAG:
    """The DAG, sent to the stack. It tries nothing twice, and its sensors look every second, for two minutes."""
    monkeypatch.setenv("ELIAS_ORCHESTRATOR_URL", stack.orchestrator_url)
    dag = read_dag()
    for task in dag.tasks:
        task.retries = 0
        if isinstance(task, BaseSensorOperator):
            task.poke_interval, task.timeout = 1, 120
    return dag


def run_day(dag: DAG, day_after: int, products: list[str]) -> DagRun:
    """One DAG run, as triggered at 00:15 UTC of a day of December 2023."""
    at = datetime(2023, 12, day_after, 0, 15, tzinfo=timezone.utc)
    return dag.test(run_after=at, logical_date=at, run_conf={"products": products})


def states(run: DagRun) -> dict[str, str]:
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def runs_from(stack: LocalStack, day: int) -> list[dict[str, Any]]:
    """The orchestrator's runs from that day of December 2023 on."""
    return [run for run in stack.get("/runs")["runs"] if run["from"] == f"2023-12-{day:02}T00:00:00Z"]


def test_a_day_goes_through_every_stage(daily: DAG, stack: LocalStack) -> None:
    run = run_day(daily, 2, PRODUCTS)
    assert states(run) == dict.fromkeys(["start", *STAGES], "success")

    (started,) = runs_from(stack, 1)
    assert (started["kind"], started["date"], started["to"]) == ("daily", "2023-12-01", "2023-12-02T00:00:00Z")
    windows = {each["window"]["id"]: each["stages"] for each in stack.get(f"/runs/{started['run_id']}")["windows"]}
    assert set(windows) == WINDOWS
    assert {name: len(stages) for name, stages in windows.items()} == {
        name: 7 if name.startswith("candles/60/") else 4 for name in WINDOWS
    }
    assert {state for stages in windows.values() for state in stages.values()} == {"done"}
    checks = stack.get("/checks?date=2023-12-01")["checks"]
    assert {each["product_id"] for each in checks} == {*PRODUCTS, None}
    assert [each for each in checks if each["outcome"] == "failed"] == []
    for window_id in sorted(WINDOWS):
        compared = stack.compare(window_id)
        assert compared.returncode == 0, compared.stdout + compared.stderr

    with create_session() as session:
        events = session.scalars(select(AssetEvent).where(AssetEvent.source_run_id == run.run_id)).all()
        told = {(event.source_task_id, event.asset.uri, event.extra["date"]) for event in events}
    assert told == {
        ("archive", "elias://s3/market/candles", "2023-12-01"),
        ("load_warehouse", "elias://redshift/market/candles", "2023-12-01"),
        ("load_rds", "elias://postgres/market/candles", "2023-12-01"),
        ("stats", "elias://market/asset_stats_daily", "2023-12-01"),
        ("discounts", "elias://market/discounts", "2023-12-01"),
    }


def test_the_same_dag_run_again_starts_no_second_run(daily: DAG, stack: LocalStack) -> None:
    first = run_day(daily, 2, PRODUCTS)
    started = runs_from(stack, 1)
    again = run_day(daily, 2, PRODUCTS)
    assert again.run_id == first.run_id
    assert set(states(again).values()) == {"success"}
    assert runs_from(stack, 1) == started
    assert len(started) == 1


def test_an_unknown_product_fails_the_start_with_the_apis_reason(
    daily: DAG, stack: LocalStack, capfd: pytest.CaptureFixture[str]
) -> None:
    run = run_day(daily, 3, [*PRODUCTS, "NOPE-USD"])
    later = dict.fromkeys(STAGES, "upstream_failed")
    assert states(run) == {"start": "failed", **later}
    assert [task.try_number for task in run.get_task_instances() if task.task_id == "start"] == [1]
    reason = "POST /runs was answered with 422: products: the exchange has no product NOPE-USD"
    assert reason in "".join(capfd.readouterr())
    assert runs_from(stack, 2) == []
