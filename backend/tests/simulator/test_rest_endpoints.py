"""The GET endpoints through the unmodified SDK client, and what SSI's own clients do beside it."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import time

import httpx
import pytest
from ssi_fc_data.fc_md_client import MarketDataClient
from ssi_fc_data.model import model

from .conftest import SdkConfig, wait_until


@pytest.fixture(scope="module")
def running(run_module_simulator):
    return run_module_simulator(start="09:25", symbols=60, activity=0.1)


@pytest.fixture(scope="module")
def sdk(running):
    config = SdkConfig(running.url, running.url)
    with contextlib.redirect_stdout(io.StringIO()):
        client = MarketDataClient(config)
    return lambda name, request: getattr(client, name)(config, request)


def test_access_token_has_the_shape_the_sdk_needs(running):
    body = {"consumerID": "id", "consumerSecret": "secret"}
    answer = httpx.post(f"{running.url}api/v2/Market/AccessToken", json=body).json()
    assert list(answer) == ["message", "status", "data"]
    assert (answer["message"], answer["status"], list(answer["data"])) == ("Success", 200, ["accessToken"])
    _, payload, _ = answer["data"]["accessToken"].split(".")
    claims = json.loads(base64.b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["exp"] > time.time() + 7_200


@pytest.mark.parametrize("body", [{}, {"consumerID": "", "consumerSecret": ""}, [], {"consumerID": 1}])
def test_an_empty_key_is_refused(running, body):
    answer = httpx.post(f"{running.url}api/v2/Market/AccessToken", json=body).json()
    assert answer == {"message": "The connection is invalid", "status": 400, "data": None}


def test_only_the_configured_key_is_accepted(run_simulator):
    running = run_simulator(consumer_id="me", consumer_secret="mine")
    with pytest.raises(NameError, match="The connection is invalid"):
        MarketDataClient(SdkConfig(running.url, running.url))
    MarketDataClient(SdkConfig(running.url, running.url, consumerID="me", consumerSecret="mine"))


def test_requests_without_or_with_a_bad_token_fail_with_http_200(running):
    url = f"{running.url}api/v2/Market/Securities"
    assert httpx.get(url).json() == {"message": "Missing Authorization header", "status": 401}
    answer = httpx.get(url, headers={"Authorization": "Bearer a.b.c"})
    assert (answer.status_code, answer.json()["status"]) == (200, 401)


def test_expired_tokens_are_refused(run_simulator):
    running = run_simulator(token_ttl_s=-1.0)
    answer = httpx.get(
        f"{running.url}api/v2/Market/Securities", headers={"Authorization": f"Bearer {running.token()}"}
    )
    assert answer.json()["status"] == 401


def test_securities_are_listed_by_market_and_page(sdk):
    hose = sdk("securities", model.securities("HOSE", 1, 20))
    assert (len(hose["data"]), hose["status"], hose["totalRecord"]) == (20, "Success", 36)
    assert list(hose["data"][0]) == ["Market", "Symbol", "StockName", "StockEnName"]
    assert len(sdk("securities", model.securities("HOSE", 2, 20))["data"]) == 16
    futures = sdk("securities", model.securities("DER", 1, 100))["data"]
    assert [row["Symbol"] for row in futures] == ["41I1GC000", "41I1H1000", "41I1H3000", "41I1H6000"]
    assert sdk("securities", model.securities("", 1, 1000))["totalRecord"] == 64


def test_details_carry_ticks_and_lots_as_strings(sdk):
    row = sdk("securities_details", model.securities_details("HOSE", "HPG", "1", "10"))["data"][0]
    assert (row["RType"], row["TotalNoSym"], row["ReportDate"]) == ("y", "1", "23/11/2026")
    detail = row["RepeatedInfo"][0]
    assert (detail["Symbol"], detail["LotSize"], detail["TickIncrement2"]) == ("HPG", "100", "50")
    assert "ExcerciseRatio" in detail
    future = sdk("securities_details", model.securities_details("DER", "", "", ""))["data"][0][
        "RepeatedInfo"
    ][0]
    assert (future["SecType"], future["TickIncrement1"], future["ContractMultiplier"]) == (
        "FU",
        "0.1",
        "100000",
    )


def test_index_components_are_nested(sdk):
    answer = sdk("index_components", model.index_components("vn30", 1, 50))
    assert answer["totalRecord"] == 1
    assert answer["data"][0]["TotalSymbolNo"] == "30"
    assert {"Isin": "VCB", "StockSymbol": "VCB"} in answer["data"][0]["IndexComponent"]
    assert len(sdk("index_components", model.index_components("HNXIndex"))["data"][0]["IndexComponent"]) > 0
    assert sdk("index_components", model.index_components("DOW"))["data"] is None


def test_index_list_is_by_exchange(sdk):
    assert [row["IndexCode"] for row in sdk("index_list", model.index_list("HOSE"))["data"]] == [
        "VN30",
        "VNINDEX",
    ]
    assert len(sdk("index_list", model.index_list("HNX"))["data"]) == 3
    assert len(sdk("index_list", model.index_list(""))["data"]) == 5


def test_daily_ohlc_ends_with_today_and_joins_the_reference(sdk, running):
    rows = sdk("daily_ohlc", model.daily_ohlc("HPG", "01/11/2026", "23/11/2026"))["data"]
    assert rows[-1]["TradingDate"] == "23/11/2026"
    assert rows[-2]["Close"] == "26500"
    assert all(isinstance(value, str) for value in rows[0].values() if value is not None)
    newest = sdk("daily_ohlc", model.daily_ohlc("HPG", "01/11/2026", "23/11/2026", ascending=False))["data"]
    assert newest[0]["TradingDate"] == "23/11/2026"
    index = sdk("daily_ohlc", model.daily_ohlc("VNINDEX", "01/11/2026", "23/11/2026"))["data"]
    assert index[0]["Market"] == "HOSE"


def test_intraday_ohlc_is_what_was_traded(sdk, running):
    running.control("pause", {"paused": True})
    truth = running.control("truth")["symbols"]
    for symbol in ("HPG", "41I1GC000"):
        rows = sdk("intraday_ohlc", model.intraday_ohlc(symbol, "23/11/2026", "23/11/2026", 1, 1000))["data"]
        assert sum(int(row["Volume"]) for row in rows) == truth[symbol]["total_volume"]
        assert float(rows[-1]["Close"]) == truth[symbol]["last_price"]
        assert len({row["Time"][:5] for row in rows}) == len(rows)
    alias = sdk("intraday_ohlc", model.intraday_ohlc("VN30F1M", "23/11/2026", "23/11/2026"))["data"]
    assert alias[0]["Symbol"] == "41I1GC000"
    assert sdk("intraday_ohlc", model.intraday_ohlc("VN30", "23/11/2026", "23/11/2026"))["data"]
    assert sdk("intraday_ohlc", model.intraday_ohlc("HPG", "19/11/2026", "20/11/2026"))["data"] is None
    assert sdk("intraday_ohlc", model.intraday_ohlc("QQQ", "23/11/2026", "23/11/2026"))["data"] is None


def test_daily_index_has_breadth_and_change(sdk):
    rows = sdk("daily_index", model.daily_index("1", "vn30", "18/11/2026", "23/11/2026"))["data"]
    today = rows[-1]
    counts = sum(int(today[name]) for name in ("Advances", "NoChanges", "Declines", "Ceilings", "Floors"))
    assert counts == 30
    assert float(today["Change"]) == pytest.approx(float(today["IndexValue"]) - 1_900, abs=0.01)
    newest = sdk("daily_index", model.daily_index("1", "VN30", "18/11/2026", "23/11/2026", order="desc"))[
        "data"
    ]
    assert newest[0]["TradingDate"] == "23/11/2026"


def test_daily_stock_price_has_limits_even_before_the_open(run_simulator):
    running = run_simulator(start="08:30")
    with contextlib.redirect_stdout(io.StringIO()):
        config = SdkConfig(running.url, running.url)
        client = MarketDataClient(config)
    request = model.daily_stock_price("ACB", "20/11/2026", "23/11/2026")
    yesterday, today = client.daily_stock_price(config, request)["data"]
    assert (today["RefPrice"], today["CeilingPrice"], today["FloorPrice"]) == ("24500", "26200", "22800")
    assert today["ClosePrice"] == "0"
    assert yesterday["ClosePrice"] == "24500"
    market = model.daily_stock_price("", "23/11/2026", "23/11/2026", 1, 100, "HOSE")
    assert client.daily_stock_price(config, market)["totalRecord"] == 6


@pytest.mark.parametrize(
    ("from_date", "to_date"),
    [
        ("01/01/2026", "23/11/2026"),
        ("23/11/2026", "22/11/2026"),
        ("2026-11-01", "23/11/2026"),
        ("", ""),
        ("23/11/2026", "24/11/2026"),
    ],
)
def test_a_bad_range_has_ssis_words(sdk, from_date, to_date):
    answer = sdk("daily_ohlc", model.daily_ohlc("HPG", from_date, to_date))
    assert answer == {
        "data": None,
        "status": "Error",
        "message": "Date time format dd/MM/yyyy and ('from date' <= 'to date') < now , max range 30 days",
    }


def test_backtest_is_empty_and_unknown_endpoints_are_404(sdk, running):
    assert sdk("backtest", model.backtest("23/11/2026", "HPG"))["data"] is None
    headers = {"Authorization": f"Bearer {running.token()}"}
    assert httpx.get(f"{running.url}api/v2/Market/Nothing", headers=headers).status_code == 404
    assert httpx.get(f"{running.url}favicon.ico").status_code == 404
    assert httpx.get(f"{running.url}api/v2/Market/AccessToken").status_code == 405
    assert httpx.post(f"{running.url}api/v2/Market/AccessToken", content=b"{").json()["status"] == 400


def test_parameters_of_the_other_official_clients_are_understood(running):
    headers = {"Authorization": f"Bearer {running.token()}"}
    params = {
        "lookupRequest.SYMBOL": "HPG",
        "lookupRequest.fromDate": "20/11/2026",
        "lookupRequest.ToDate": "23/11/2026",
    }
    answer = httpx.get(f"{running.url}API/v2/market/dailyOHLC", params=params, headers=headers).json()
    assert {row["Symbol"] for row in answer["data"]} == {"HPG"}


def test_negotiate_speaks_to_old_and_new_clients(running):
    headers = {"Authorization": f"Bearer {running.token()}"}
    url = f"{running.url}v2.0/signalr/"
    for method, protocol in (("GET", "1.3"), ("POST", "1.5")):
        answer = httpx.request(method, f"{url}negotiate?clientProtocol={protocol}", headers=headers).json()
        assert answer["ProtocolVersion"] == protocol
        assert set("+/=") <= set(answer["ConnectionToken"])
        assert answer["Url"] == "/v2.0/signalr"
    assert httpx.post(f"{url}negotiate").status_code == 401
    assert httpx.get(f"{url}start").json() == {"Response": "started"}
    assert httpx.get(f"{url}ping").json() == {"Response": "pong"}
    assert httpx.post(f"{url}abort").status_code == 200
    assert httpx.get(f"{url}nothing").status_code == 404
    assert httpx.get(f"{url}connect").status_code == 403
    assert httpx.get(f"{url}connect?connectionToken=x", headers=headers).status_code == 400


def test_one_connection_serves_many_requests(running):
    with httpx.Client() as client:
        for _ in range(3):
            assert client.get(f"{running.url}sim/clock").status_code == 200
    wait_until(lambda: not running.simulator._connections)
