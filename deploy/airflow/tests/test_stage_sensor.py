"""What a sensor makes of a run's windows, and of answers that are none."""

import logging
from datetime import datetime, timezone
from typing import Any

import pytest
from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowFailException
from answering_orchestrator import AnsweringOrchestrator
from elias_daily import Orchestrator, StageSensor

REFUSED = {"reason": "unknown_product", "detail": "the exchange has no product NOPE-USD"}


def window(name: str, state: str, collect: str, rest: str, **told: Any) -> dict[str, Any]:
    """A window as the API tells it; `rest` is the state of every stage after the first."""
    return {
        "window": {"id": f"candles/60/{name}/2023-12-01"},
        "state": state,
        "stages": {"collect": collect, "archive": rest, "load_warehouse": rest, "load_rds": rest},
        "next_request_at": None,
        "error": None,
        "best_sealed": None,
        **told,
    }


DONE = window("BTC-USD", "succeeded", "done", "done", best_sealed={"revision": {"unknown": 0}})
UNDER_WAY = window("ETH-USD", "running", "done", "running")
FAILED = window("NOPE-USD", "failed", "failed", "failed", error=REFUSED)
CANCELLED = window("DOGE-USD", "cancelled", "waiting", "waiting")
CHECKED = {**DONE, "stages": {**DONE["stages"], "stats": "done", "discounts": "skipped", "checks": "done"}}
DOUBTED = {
    **CHECKED,
    "window": {"id": "candles/60/BCH-USD/2023-12-01"},
    "state": "failed",
    "stages": {**CHECKED["stages"], "checks": "failed"},
    "error": {"reason": "check_failed", "detail": "volume: too small"},
}
ASKED_AGAIN = {**FAILED, "next_request_at": "2023-12-02T00:20:00.000Z"}
PARTIAL = window("XLM-USD", "partial", "done", "done", best_sealed={"revision": {"unknown": 7}})
STALE = window(
    "SHIB-USD",
    "partial",
    "failed",
    "done",
    error={"reason": "unavailable", "detail": "the exchange did not answer"},
    best_sealed={"revision": {"unknown": 0}},
)


def poke(stage: str, *windows: dict[str, Any], answering: AnsweringOrchestrator) -> bool:
    answering.answers(200, {"windows": list(windows)})
    return StageSensor(task_id=stage, stage=stage, run_ids=["018c"]).poke({})


def test_passes_when_every_window_has(answering: AnsweringOrchestrator) -> None:
    assert poke("load_rds", DONE, DONE, answering=answering) is True
    assert [request for request, _, _ in answering.asked] == ["GET /runs/018c"]


@pytest.mark.parametrize(("stage", "passed"), [("collect", True), ("archive", False)])
def test_looks_at_its_own_stage(answering: AnsweringOrchestrator, stage: str, passed: bool) -> None:
    assert poke(stage, DONE, UNDER_WAY, answering=answering) is passed


def test_fails_with_the_window_and_its_error(answering: AnsweringOrchestrator) -> None:
    with pytest.raises(AirflowFailException) as failure:
        poke("collect", DONE, UNDER_WAY, FAILED, answering=answering)
    expected = (
        "1 of 3 windows failed: candles/60/NOPE-USD/2023-12-01: unknown_product: the exchange has no product NOPE-USD"
    )
    assert str(failure.value) == expected


@pytest.mark.parametrize("stage", ["collect", "load_rds", "stats", "discounts"])
def test_what_was_done_before_a_check_failed_has_passed(answering: AnsweringOrchestrator, stage: str) -> None:
    assert poke(stage, CHECKED, DOUBTED, answering=answering) is True


def test_a_failed_check_fails_its_stage_with_what_was_found(answering: AnsweringOrchestrator) -> None:
    with pytest.raises(AirflowFailException, match="BCH-USD/2023-12-01: check_failed: volume: too small"):
        poke("checks", CHECKED, DOUBTED, answering=answering)


def test_windows_that_have_no_such_stage_are_not_waited_for(answering: AnsweringOrchestrator) -> None:
    assert poke("checks", CHECKED, UNDER_WAY, answering=answering) is True


def test_a_cancelled_window_has_failed(answering: AnsweringOrchestrator) -> None:
    with pytest.raises(AirflowFailException, match="1 of 2 windows failed: candles/60/DOGE-USD/2023-12-01: cancelled"):
        poke("collect", DONE, CANCELLED, answering=answering)


def test_waits_for_a_failed_window_that_is_asked_for_again(answering: AnsweringOrchestrator) -> None:
    assert poke("collect", DONE, ASKED_AGAIN, answering=answering) is False


@pytest.mark.parametrize(
    ("partial", "lack"),
    [
        (PARTIAL, "candles/60/XLM-USD/2023-12-01 is partial: 7 periods are unknown"),
        (STALE, "candles/60/SHIB-USD/2023-12-01 is partial: unavailable: the exchange did not answer"),
    ],
)
@pytest.mark.parametrize("stage", ["collect", "load_rds"])
def test_a_partial_window_passes_with_a_warning(
    answering: AnsweringOrchestrator, caplog: pytest.LogCaptureFixture, stage: str, partial: dict[str, Any], lack: str
) -> None:
    assert poke(stage, DONE, partial, answering=answering) is True
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [(logging.WARNING, f"window {lack}")]


def test_a_stage_that_the_api_lacks_is_named(answering: AnsweringOrchestrator) -> None:
    with pytest.raises(AirflowFailException, match="has no stage stats, it has archive, collect, "):
        poke("stats", DONE, answering=answering)


def test_the_assets_event_tells_day_and_runs(answering: AnsweringOrchestrator) -> None:
    class Event:
        extra: dict[str, Any]

    asset, event = Asset("elias://s3/market/candles"), Event()
    answering.answers(200, {"windows": [DONE]})
    sensor = StageSensor(task_id="archive", stage="archive", run_ids=["018c", "018d"], outlets=[asset])
    ended = datetime(2023, 12, 2, 0, 15, tzinfo=timezone.utc)
    assert sensor.poke({"outlet_events": {asset: event}, "data_interval_end": ended})
    assert event.extra == {"date": "2023-12-01", "run_ids": ["018c", "018d"]}


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_waits_while_the_orchestrator_has_no_answer(
    answering: AnsweringOrchestrator, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    answering.answers(status, {"title": "A store does not answer, try again"})
    assert StageSensor(task_id="collect", stage="collect", run_ids=["018c"]).poke({}) is False
    told = f"asked again later: GET /runs/018c was answered with {status}: A store does not answer, try again"
    assert [record.getMessage() for record in caplog.records] == [told]


def test_waits_while_nobody_listens(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    with AnsweringOrchestrator.listening() as gone:
        monkeypatch.setenv("ELIAS_ORCHESTRATOR_URL", gone.url)
    assert StageSensor(task_id="collect", stage="collect", run_ids=["018c"]).poke({}) is False
    assert "Connection refused" in caplog.text


def test_waits_after_an_answer_that_is_no_json(answering: AnsweringOrchestrator) -> None:
    answering.bodies = [b"<html>one moment</html>"]
    assert StageSensor(task_id="collect", stage="collect", run_ids=["018c"]).poke({}) is False


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a_refusal_fails_at_once_with_its_reason(answering: AnsweringOrchestrator, status: int) -> None:
    answering.answers(status, {"title": "Refused", "detail": "there is no run 018c"})
    with pytest.raises(AirflowFailException) as failure:
        StageSensor(task_id="collect", stage="collect", run_ids=["018c"]).poke({})
    assert str(failure.value) == f"GET /runs/018c was answered with {status}: there is no run 018c"


def test_the_connection_gives_address_and_token(
    answering: AnsweringOrchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering.answers(200, {"run_id": "018c"})
    monkeypatch.delenv("ELIAS_ORCHESTRATOR_URL")
    monkeypatch.setenv("AIRFLOW_CONN_ELIAS", answering.url.replace("http://", "http://:s%2Fecret@"))
    assert Orchestrator.from_settings().start_run({"granularity": 60}, "scheduled__2023-12-02/60") == "018c"
    [(request, headers, body)] = answering.asked
    assert (request, body) == ("POST /runs", {"granularity": 60})
    assert (headers["authorization"], headers["idempotency-key"]) == ("Bearer s/ecret", "scheduled__2023-12-02/60")


def test_without_a_token_none_is_sent(answering: AnsweringOrchestrator) -> None:
    poke("collect", DONE, answering=answering)
    assert "authorization" not in answering.asked[0][1]


def test_no_address_at_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ELIAS_ORCHESTRATOR_URL", raising=False)
    with pytest.raises(AirflowFailException, match="neither ELIAS_ORCHESTRATOR_URL nor the connection `elias` is set"):
        Orchestrator.from_settings()


@pytest.mark.parametrize("address", ["127.0.0.1:8080", "file:///etc/hosts", "http://", "elias"])
def test_an_address_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("ELIAS_ORCHESTRATOR_URL", address)
    with pytest.raises(AirflowFailException, match="the orchestrator's address is no URL like"):
        Orchestrator.from_settings()


def test_follows_the_pages_of_a_run(answering: AnsweringOrchestrator) -> None:
    answering.answers(
        200,
        {"windows": [DONE], "next": "candles/60/BTC-USD/2023-12-01"},
        {"windows": [UNDER_WAY], "next": "candles/60/ETH-USD/2023-12-01"},
        {"windows": [FAILED], "next": None},
    )
    windows = Orchestrator(answering.url).windows("018c")
    assert windows == [DONE, UNDER_WAY, FAILED]
    assert [request for request, _, _ in answering.asked] == [
        "GET /runs/018c",
        "GET /runs/018c?after=candles%2F60%2FBTC-USD%2F2023-12-01",
        "GET /runs/018c?after=candles%2F60%2FETH-USD%2F2023-12-01",
    ]
