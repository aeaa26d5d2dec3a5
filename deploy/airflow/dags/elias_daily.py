"""Elias's day under Airflow: every UTC day, once it is over, is collected, archived, loaded, computed and checked.

Elias does the work; Airflow says when, waits for each stage and shows it. Everything goes through the orchestrator's
HTTP API. Nothing is imported besides Airflow's Task SDK (Airflow 3.2 or later) and the standard library.

Read when the file is parsed, by the DAG processor and by workers:
  ELIAS_START_DATE        first day to collect, as in 2026-11-01; the days since then are caught up in order
  ELIAS_PRODUCTS          product ids, comma separated; the orchestrator's own list when not set
Read when a task runs, by the worker:
  ELIAS_ORCHESTRATOR_URL  address of the orchestrator; when not set, the connection `elias` has it, and a bearer token
                          as its password
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Literal, TypedDict
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from airflow.sdk import Asset, BaseSensorOperator, Connection, Context, CronDataIntervalTimetable, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

DEFAULT_START_DATE = "2026-11-01"
ONE_DAY = timedelta(days=1)
ANSWER_WITHIN_SECONDS = 30

# A day is collected again so many days later: the exchange mends what it told.
AGAIN_AFTER_DAYS = (1, 7)

# Answers that say "not now": the same request may be taken later.
NOT_NOW = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS}

NO_HEADERS: Mapping[str, str] = {}

logger = logging.getLogger("elias_daily")


@dataclass(frozen=True)
class Stage:
    """A stage of the pipeline: its name, in the API and as a task, what it waits for, and what it leaves behind."""

    name: str
    after: tuple[str, ...] = ()
    asset: Asset | None = None


# One line for each stage, in the order in which they run. `load_rds` reads the topic: it does not wait for the archive.
STAGES = (
    Stage("collect"),
    Stage("archive", after=("collect",), asset=Asset("elias://s3/market/candles")),
    Stage("load_warehouse", after=("archive",), asset=Asset("elias://redshift/market/candles")),
    Stage("load_rds", after=("collect",), asset=Asset("elias://postgres/market/candles")),
    Stage("stats", after=("load_warehouse", "load_rds"), asset=Asset("elias://market/asset_stats_daily")),
    Stage("discounts", after=("stats",), asset=Asset("elias://market/discounts")),
    Stage("checks", after=("discounts",)),
)


class Problem(TypedDict):
    """Why a window is not where it should be."""

    reason: str
    detail: str


class WindowView(TypedDict):
    """What `GET /runs/{id}` tells of one window, as far as it is read here."""

    window: dict[str, Any]
    state: Literal["waiting", "running", "succeeded", "partial", "failed", "cancelled"]
    stages: dict[str, Literal["waiting", "running", "done", "failed", "skipped"]]
    next_request_at: str | None
    error: Problem | None
    best_sealed: dict[str, Any] | None


class OrchestratorAwayError(Exception):
    """The orchestrator did not answer, or not for now. Safe to ask again: the idempotency key is the same."""


class Orchestrator:
    """The orchestrator's HTTP API.

    A refusal raises AirflowFailException with the API's reason: a retry would meet it again. No answer, or none for
    now, raises OrchestratorAwayError.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise AirflowFailException("the orchestrator's address is no URL like http://127.0.0.1:8080")
        self._url = url.rstrip("/")
        self._token = token

    @classmethod
    def from_settings(cls) -> Orchestrator:
        """The one that ELIAS_ORCHESTRATOR_URL names, else that of the connection `elias`."""
        if url := os.environ.get("ELIAS_ORCHESTRATOR_URL"):
            return cls(url)
        try:
            connection = Connection.get("elias")
        except AirflowNotFoundException as error:
            raise AirflowFailException("neither ELIAS_ORCHESTRATOR_URL nor the connection `elias` is set") from error
        host = connection.host or ""
        if "://" not in host:
            secure = "https" in (connection.schema, connection.conn_type)
            host = f"{'https' if secure else 'http'}://{host}"
        return cls(host if connection.port is None else f"{host}:{connection.port}", connection.password)

    def start_run(self, order: dict[str, Any], idempotency_key: str) -> str:
        """Starts a run, or finds the one that the same key had started. Returns its id."""
        return self._ask("/runs", order, {"idempotency-key": idempotency_key})["run_id"]

    def windows(self, run_id: str) -> list[WindowView]:
        """Every window of a run as it stands now, page by page."""
        page = self._ask(f"/runs/{run_id}")
        windows: list[WindowView] = page["windows"]
        while (after := page.get("next")) is not None:
            page = self._ask(f"/runs/{run_id}?{urlencode({'after': after})}")
            windows += page["windows"]
        return windows

    def _ask(self, path: str, body: dict[str, Any] | None = None, headers: Mapping[str, str] = NO_HEADERS) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self._url}{path}", data, {"content-type": "application/json", **headers})
        if self._token:
            request.add_unredirected_header("authorization", f"Bearer {self._token}")
        try:
            with urlopen(request, timeout=ANSWER_WITHIN_SECONDS) as answer:
                return json.load(answer)
        except HTTPError as error:
            told = f"{request.get_method()} {path} was answered with {error.code}: {_reason_of(error)}"
            if error.code >= HTTPStatus.INTERNAL_SERVER_ERROR or error.code in NOT_NOW:
                raise OrchestratorAwayError(told) from error
            raise AirflowFailException(told) from error
        except (OSError, HTTPException, ValueError) as error:
            raise OrchestratorAwayError(f"{request.get_method()} {path} got no answer: {error}") from error


def _reason_of(error: HTTPError) -> str:
    """The detail of a problem document (RFC 9457), or the status's own name."""
    try:
        problem = json.load(error)
        return str(problem.get("detail") or problem["title"])
    except (OSError, ValueError, KeyError, AttributeError):
        return str(error.reason)


def outlook(window: WindowView, stage: str) -> Literal["passed", "pending", "failed"]:
    """Where a window stands at a stage that it has.

    What is done stays passed, whatever fails later. A cancelled window has failed. One that failed and is asked for
    again is pending. One whose stage failed while an earlier telling of it stands has passed: it is partial.
    """
    state = window["stages"][stage]
    if state in ("done", "skipped"):
        return "passed"
    if window["state"] in ("failed", "cancelled"):
        return "failed" if window["next_request_at"] is None else "pending"
    return "passed" if state == "failed" else "pending"


def having(stage: str, windows: Iterable[WindowView]) -> list[WindowView]:
    """Those that go through a stage; a day's minutes alone are computed and checked."""
    windows = list(windows)
    if found := [window for window in windows if stage in window["stages"]]:
        return found
    known = ", ".join(sorted({name for window in windows for name in window["stages"]}))
    raise AirflowFailException(f"the orchestrator has no stage {stage}, it has {known}")


def shortfall(window: WindowView) -> str | None:
    """What a window lacks, None when it lacks nothing."""
    if window["state"] == "cancelled":
        return "cancelled"
    if problem := window["error"]:
        return f"{problem['reason']}: {problem['detail']}"
    unknown = (window["best_sealed"] or {}).get("revision", {}).get("unknown", 0)
    return f"{unknown} periods are unknown" if unknown > 0 else None


class StageSensor(BaseSensorOperator):
    """Waits until every window of the runs has passed a stage, and holds no worker meanwhile.

    A window that failed for good fails the task at once, without retries, with the window's id and error. A partial one
    passes with a warning. While the orchestrator is away the sensor goes on waiting.
    """

    template_fields: Sequence[str] = ("run_ids",)

    def __init__(self, *, stage: str, run_ids: Any, **kwargs: Any) -> None:
        super().__init__(mode="reschedule", **kwargs)
        self.stage = stage
        self.run_ids = run_ids

    def poke(self, context: Context) -> bool:
        """Whether the stage is over; the asset's event then tells the day and the runs."""
        try:
            orchestrator = Orchestrator.from_settings()
            windows = having(self.stage, (one for run_id in self.run_ids for one in orchestrator.windows(run_id)))
        except OrchestratorAwayError as error:
            logger.warning("asked again later: %s", error)
            return False
        found = {window["window"]["id"]: (outlook(window, self.stage), shortfall(window)) for window in windows}
        if failed := [f"{name}: {lack}" for name, (state, lack) in found.items() if state == "failed"]:
            raise AirflowFailException(f"{len(failed)} of {len(found)} windows failed: {'; '.join(failed)}")
        if pending := [name for name, (state, _) in found.items() if state == "pending"]:
            logger.info("%d of %d windows have not passed, among them %s", len(pending), len(found), pending[0])
            return False
        for name, (_, lack) in found.items():
            if lack is not None:
                logger.warning("window %s is partial: %s", name, lack)
        for asset in self.outlets:
            context["outlet_events"][asset].extra = {"date": str(day_of(context)), "run_ids": list(self.run_ids)}
        return True


def ended_at(context: Context) -> datetime:
    """The end of a DAG run's data interval; of a run that was triggered without a date, when it was."""
    return (context.get("data_interval_end") or context["dag_run"].run_after).astimezone(timezone.utc)


def day_of(context: Context) -> date:
    """The UTC day that a DAG run is about: the last one that was over when its data interval ended."""
    return ended_at(context).date() - ONE_DAY


def days_again(context: Context, now: datetime) -> list[date]:
    """Earlier days whose minutes are collected again, none of them before the first day.

    There are none in a run that is a day late or more: while days are caught up, each is collected late enough anyway.
    """
    if now - ended_at(context) >= ONE_DAY:
        return []
    days = [day_of(context) - timedelta(days=days) for days in AGAIN_AFTER_DAYS]
    return [day for day in days if day >= start_date()]


def order(day: date, products: Iterable[str] | None) -> dict[str, Any]:
    """Body of `POST /runs` for a day."""
    return {"kind": "daily", "date": str(day), **({} if products is None else {"products": list(products)})}


@task
def start(**context: Any) -> list[str]:
    """Starts the day's runs; the DAG run's id makes a repeat find them instead. Returns their ids."""
    orchestrator = Orchestrator.from_settings()
    run_ids = []
    for day in (day_of(context), *days_again(context, datetime.now(timezone.utc))):
        key = f"{context['dag_run'].run_id}/{day}"
        run_ids.append(orchestrator.start_run(order(day, context["params"]["products"]), key))
        logger.info("run %s is of %s", run_ids[-1], day)
    return run_ids


def start_date() -> date:
    """ELIAS_START_DATE, the first day to collect."""
    try:
        return date.fromisoformat(os.environ.get("ELIAS_START_DATE", DEFAULT_START_DATE))
    except ValueError:
        raise ValueError("ELIAS_START_DATE is no date like 2026-11-01") from None


def chosen_products() -> list[str] | None:
    """ELIAS_PRODUCTS as a list, None when it names none."""
    return [name for text in os.environ.get("ELIAS_PRODUCTS", "").split(",") if (name := text.strip())] or None


@dag(
    schedule=CronDataIntervalTimetable("15 0 * * *", timezone="UTC"),
    start_date=datetime.combine(start_date(), time(tzinfo=timezone.utc)),
    catchup=True,
    max_active_runs=1,
    params={"products": Param(chosen_products(), type=["null", "array"], items={"type": "string"})},
    default_args={
        "retries": 8,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=15),
    },
    tags=["elias"],
    doc_md=__doc__,
)
def elias_daily() -> None:
    """The day that ended before 00:15 UTC: started once, followed stage by stage."""
    run_ids = start()
    sensors: dict[str, StageSensor] = {}
    for stage in STAGES:
        outlets = [] if stage.asset is None else [stage.asset]
        sensor = StageSensor(
            task_id=stage.name,
            stage=stage.name,
            run_ids=run_ids,
            outlets=outlets,
            poke_interval=timedelta(seconds=30),
            timeout=timedelta(hours=6),
        )
        sensor.set_upstream([sensors[name] for name in stage.after])
        sensors[stage.name] = sensor


elias_daily()
