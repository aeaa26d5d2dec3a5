"""Asset stats, discounts and rankings of recorded minutes, computed with pandas and with nothing of Elias.

Reads scenarios as JSON on stdin: [{"name", "product", "no_trade_days": [date], "unknown": [[from, to]]}], instants in UTC, ranges half-open.
Minutes outside a recording are unknown, minutes missing inside it had no trade. `no_trade_days` and `unknown` take minutes away.
The daily candle of a day is made of its minutes where all of them are known, else it is unknown.
Prints {"assets": {name: {"stats": [...], "discounts": [...]}}, "top": {span: {date: [...]}}} with decimals as text.

usage: asset_stats_golden.py FOLDER_OF_RECORDINGS < scenarios.json
"""

import json
import sys
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path

import numpy as np
import pandas as pd

SPANS = (7, 30)
DAY = pd.Timedelta(days=1)
EXACT = Context(prec=120)


def text(value, places):
    """A double rounded half away from zero on its exact expansion, without zeros at its end; None for what is undefined."""
    if value is None or not np.isfinite(value):
        return None
    rounded = Decimal(float(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=EXACT)
    plain = format(rounded, "f").rstrip("0").rstrip(".")
    return "0" if plain == "-0" else plain


def price(value):
    return text(value, 10)


def ratio(value):
    return text(value, 8)


def in_order(values):
    """Sum from first to last; a plain sum() adds in pairs."""
    return float(values.cumsum().iloc[-1]) if len(values) else 0.0


def date(at):
    return None if at is None else at.strftime("%Y-%m-%d")


def read(folder, scenario):
    """Every minute of the days touched: prices where a candle is, and whether the minute is known."""
    path = Path(folder) / "candles-60s" / f"{scenario['product']}.csv.gz"
    rows = pd.read_csv(path, dtype=str).drop_duplicates("time", keep="first")
    rows.index = pd.to_datetime(rows.pop("time"), utc=True)
    rows = rows.sort_index().map(float)
    first, last = rows.index[0], rows.index[-1]
    grid = pd.date_range(first.floor("D"), last.floor("D") + DAY, freq="min", inclusive="left")
    minutes = rows.reindex(grid)
    known = pd.Series((grid >= first) & (grid <= last), index=grid)
    for day in scenario["no_trade_days"]:
        minutes.loc[minutes.index.floor("D") == pd.Timestamp(day, tz="UTC")] = np.nan
    for begin, end in scenario["unknown"]:
        hole = (grid >= pd.Timestamp(begin)) & (grid < pd.Timestamp(end))
        minutes.loc[hole] = np.nan
        known[hole] = False
    return minutes, known


def daily_candles(minutes, known):
    day = minutes.resample("1D")
    daily = day.agg({"open": "first", "high": "max", "low": "min", "close": "last"})
    daily["whole"] = known.resample("1D").min().astype(bool)
    daily.loc[~daily["whole"], ["open", "high", "low", "close"]] = np.nan
    return daily


def closes(daily):
    """close(D) and its date: of D, or of the day before when D is verified to have had no trade."""
    own = daily["close"]
    carry = daily["whole"] & own.isna()
    price_of = own.where(~carry, own.shift(1))
    date_of = daily.index.to_series().where(~carry, daily.index.to_series().shift(1)).where(price_of.notna())
    return price_of, date_of


def realised_volatility(day, before):
    if not day["known"].all():
        return None
    traded = day["close"].notna().to_numpy().reshape(288, 5).any(axis=1).sum()
    if traded < 72:
        return None
    start = before if before is not None else day["open"].dropna().iloc[0]
    sampled = day["close"].ffill().iloc[4::5].fillna(start).to_numpy()
    returns = np.diff(np.log(np.concatenate([[start], sampled])))
    return float(np.sqrt(365 * np.sum(returns**2)))


def stats(scenario, minutes, known, daily):
    close, _ = closes(daily)
    log_return = np.log(close / close.shift(1))
    rows, before = [], None
    for at, day in minutes.assign(known=known).groupby(minutes.index.floor("D")):
        traded = day.dropna(subset=["close"])
        whole, some = bool(day["known"].all()), len(traded) > 0
        volume = in_order(traded["volume"]) if some or whole else None
        quote = in_order(((traded["high"] + traded["low"] + traded["close"]) / 3) * traded["volume"]) if some or whole else None
        carried = daily["close"].get(at - DAY) if whole and not some else None
        last = float(traded["close"].iloc[-1]) if some else carried
        last_date = at if some else at - DAY if carried is not None and np.isfinite(carried) else None
        month = log_return[:at].tail(30)
        rows.append(
            {
                "product_id": scenario["product"],
                "as_of_date": date(at),
                "open": price(traded["open"].iloc[0]) if some else None,
                "high": price(traded["high"].max()) if some else None,
                "low": price(traded["low"].min()) if some else None,
                "close": price(last),
                "close_date": date(last_date),
                "volume": price(volume),
                "quote_volume": price(quote),
                "vwap": price(quote / volume) if volume else None,
                "vwap_source": "candles" if volume else None,
                "trade_count": None,
                **{f"return_{n}d": ratio((close / close.shift(n) - 1)[at]) for n in (1, 7, 30)},
                "rv_1d": ratio(realised_volatility(day, before)),
                "vol_30d": ratio(month.std(ddof=1) * np.sqrt(365)) if whole and month.notna().sum() == 30 else None,
                "partial": not whole,
                "mismatch": False if whole else None,
                "present_minutes": len(traded),
                "no_trade_minutes": int(day["known"].sum()) - len(traded),
                "unknown_minutes": int((~day["known"]).sum()),
                "open_minutes": 0,
            }
        )
        before = last if whole and some else None
    return rows


def discounts(scenario, daily):
    close, close_date = closes(daily)
    listed_from = daily["close"].first_valid_index()
    rows = []
    for at in daily.index:
        for span in SPANS:
            then = at - span * DAY
            reference, reference_date = close.get(then, np.nan), close_date.get(then, pd.NaT)
            change = close[at] / reference - 1
            days = daily.reindex(pd.date_range(at - (span - 1) * DAY, at))
            whole = days["whole"].eq(True).all() and days.index[0] >= listed_from
            high = days["high"].max() if whole else np.nan
            around = daily.reindex(pd.date_range(then, at))
            present, known = int(around["close"].notna().sum()), int(around["whole"].eq(True).sum())
            rows.append(
                {
                    "product_id": scenario["product"],
                    "as_of_date": date(at),
                    "span_days": span,
                    "close": price(close[at]),
                    "close_date": None if pd.isna(close_date[at]) else date(close_date[at]),
                    "reference_price": price(reference),
                    "reference_date": None if pd.isna(reference_date) else date(reference_date),
                    "change": ratio(change),
                    "discount": ratio(max(0.0, -change)) if np.isfinite(change) else None,
                    "high_n": price(high),
                    "discount_to_high": ratio(1 - close[at] / high),
                    "present_days": present,
                    "no_trade_days": known - present,
                    "unknown_days": span + 1 - known,
                }
            )
    return rows


def top(rows):
    """The five furthest below, and those that could not be compared."""
    table = pd.DataFrame(rows)
    wanting = sorted(table.loc[table["discount"].isna(), "product_id"])
    table["by"] = table["discount"].astype(float)
    below = table[table["by"] > 0].sort_values(["by", "product_id"], ascending=[False, True]).head(5)
    return {"products": below["product_id"].tolist(), "discounts": below["discount"].tolist(), "wanting": wanting}


def main():
    assets = {}
    for scenario in json.load(sys.stdin):
        minutes, known = read(sys.argv[1], scenario)
        daily = daily_candles(minutes, known)
        assets[scenario["name"]] = {"stats": stats(scenario, minutes, known, daily), "discounts": discounts(scenario, daily)}
    rows = [row for name, asset in assets.items() if name == asset["stats"][0]["product_id"] for row in asset["discounts"]]
    ranked = {span: {} for span in SPANS}
    for span in SPANS:
        for day in sorted({row["as_of_date"] for row in rows}):
            ranked[span][day] = top([row for row in rows if row["span_days"] == span and row["as_of_date"] == day])
    print(json.dumps({"assets": assets, "top": ranked}))


main()
