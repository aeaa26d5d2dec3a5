"""The DAG as Airflow reads it."""

import ast
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import elias_daily
import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG, BaseSensorOperator
from airflow.serialization.encoders import coerce_to_core_timetable
from airflow.timetables.base import DagRunInfo, TimeRestriction

DAG_FILE = Path(elias_daily.__file__)


def read_dag() -> DAG:
    bag = DagBag(str(DAG_FILE.parent))
    assert bag.import_errors == {}
    return bag.dags["elias_daily"]


def scheduled_runs(count: int) -> list[DagRunInfo]:
    """The first runs that the scheduler makes by itself."""
    dag = read_dag()
    restriction = TimeRestriction(earliest=dag.start_date, latest=None, catchup=dag.catchup)
    runs: list[DagRunInfo] = []
    while len(runs) < count:
        last = runs[-1].data_interval if runs else None
        run = coerce_to_core_timetable(dag.timetable).next_dagrun_info(
            last_automated_data_interval=last, restriction=restriction
        )
        assert run is not None
        runs.append(run)
    return runs


def test_each_stage_waits_for_the_ones_before_it() -> None:
    upstream = {task.task_id: task.upstream_task_ids for task in read_dag().tasks}
    assert upstream == {
        "start": set(),
        "collect": {"start"},
        "archive": {"start", "collect"},
        "load_warehouse": {"start", "archive"},
        "load_rds": {"start", "collect"},
        "stats": {"start", "load_warehouse", "load_rds"},
        "discounts": {"start", "stats"},
        "checks": {"start", "discounts"},
    }


def test_sensors_hold_no_worker_and_end_some_time() -> None:
    sensors = [task for task in read_dag().tasks if isinstance(task, BaseSensorOperator)]
    assert [sensor.task_id for sensor in sensors] == [stage.name for stage in elias_daily.STAGES]
    assert {(sensor.mode, sensor.poke_interval, sensor.timeout) for sensor in sensors} == {("reschedule", 30, 21_600)}


def test_stages_that_end_somewhere_emit_its_asset() -> None:
    outlets = {task.task_id: [asset.uri for asset in task.outlets] for task in read_dag().tasks}
    assert outlets == {
        "start": [],
        "collect": [],
        "archive": ["elias://s3/market/candles"],
        "load_warehouse": ["elias://redshift/market/candles"],
        "load_rds": ["elias://postgres/market/candles"],
        "stats": ["elias://market/asset_stats_daily"],
        "discounts": ["elias://market/discounts"],
        "checks": [],
    }


def test_one_run_at_a_time_catches_up_from_the_first_day() -> None:
    dag = read_dag()
    assert (dag.catchup, dag.max_active_runs) == (True, 1)
    runs = scheduled_runs(3)
    assert [run.run_after for run in runs] == [datetime(2023, 12, day, 0, 15, tzinfo=timezone.utc) for day in (2, 3, 4)]
    days = [elias_daily.day_of({"data_interval_end": run.data_interval.end}) for run in runs]
    assert days == [date(2023, 12, 1), date(2023, 12, 2), date(2023, 12, 3)]
    assert [run.data_interval.start for run in runs] == [run.run_after - timedelta(days=1) for run in runs]
    # Airflow makes no task for a date before the DAG's start, and calls such a run a success.
    assert [run.logical_date.date() for run in runs] == days
    assert runs[0].logical_date >= dag.start_date


def test_a_run_triggered_without_a_date_is_about_yesterday() -> None:
    triggered = SimpleNamespace(run_after=datetime(2023, 12, 2, 1, 30, tzinfo=timezone(timedelta(hours=2))))
    assert elias_daily.day_of({"dag_run": triggered}) == date(2023, 11, 30)


def test_an_order_is_one_day() -> None:
    assert elias_daily.order(date(2023, 12, 31), None) == {"kind": "daily", "date": "2023-12-31"}
    assert elias_daily.order(date(2023, 12, 31), ["BTC-USD"]) == {
        "kind": "daily",
        "date": "2023-12-31",
        "products": ["BTC-USD"],
    }


@pytest.mark.parametrize(
    ("ended", "hours_late", "again"),
    [
        ("2023-12-10", 1, [date(2023, 12, 8), date(2023, 12, 2)]),
        ("2023-12-10", 23, [date(2023, 12, 8), date(2023, 12, 2)]),
        ("2023-12-10", 24, []),
        ("2023-12-08", 1, [date(2023, 12, 6)]),
        ("2023-12-02", 1, []),
    ],
)
def test_days_are_collected_again_on_time_and_not_before_the_first(
    ended: str, hours_late: int, again: list[date]
) -> None:
    at = datetime.fromisoformat(f"{ended}T00:15:00+00:00")
    assert elias_daily.days_again({"data_interval_end": at}, at + timedelta(hours=hours_late)) == again


@pytest.mark.parametrize(
    ("setting", "products"),
    [("BTC-USD, SHIB-USD,", ["BTC-USD", "SHIB-USD"]), ("", None), (" , ", None), (None, None)],
)
def test_products_are_those_of_the_setting(
    monkeypatch: pytest.MonkeyPatch, setting: str | None, products: list[str] | None
) -> None:
    if setting is not None:
        monkeypatch.setenv("ELIAS_PRODUCTS", setting)
    assert read_dag().params["products"] == products


@pytest.mark.parametrize("setting", ["yesterday", "2023-13-01", ""])
def test_a_wrong_start_date_is_named(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv("ELIAS_START_DATE", setting)
    errors = DagBag(str(DAG_FILE.parent)).import_errors
    assert [text.strip().splitlines()[-1] for text in errors.values()] == [
        "ValueError: ELIAS_START_DATE is no date like 2026-11-01"
    ]


def test_nothing_but_the_task_sdk_and_the_standard_library_is_imported() -> None:
    nodes = list(ast.walk(ast.parse(DAG_FILE.read_text())))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    foreign = {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names}
    assert foreign == {"airflow.sdk", "airflow.sdk.exceptions"}
