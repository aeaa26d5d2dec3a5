"""Market events from Kafka: trades as they happen, and settled candles when their window is complete.

    python examples/kafka_signals.py [--all] [PRODUCT...]

A window that was collected or published again (origin backfill or replay) tells of the past, so that its candles are no signal now:
they are passed over unless --all asks for them. KAFKA_BROKERS says where Kafka is; else .elias/stack.json of `npm start`.
"""
import json, os, pathlib, sys
from confluent_kafka import Consumer

everything = "--all" in sys.argv
products = {arg for arg in sys.argv[1:] if arg != "--all"}
brokers = os.environ.get("KAFKA_BROKERS") or ",".join(json.loads(pathlib.Path(".elias/stack.json").read_text())["kafka"]["brokers"])

# A group of its own remembers how far it came: after a restart it goes on there.
consumer = Consumer(
    {"bootstrap.servers": brokers, "group.id": os.environ.get("GROUP_ID", "example-signals-py"), "auto.offset.reset": "earliest"}
)
consumer.subscribe(["elias.live.trades.v1", "elias.windows.candles.v1"])
while True:
    record = consumer.poll(1.0)
    if record is None or record.error() or record.value() is None:
        continue
    if record.topic() == "elias.live.trades.v1":
        trade = json.loads(record.value())
        if not products or trade["product_id"] in products:
            print("trade", trade["product_id"], trade["trade_id"], trade["side"], trade["price"], trade["size"], flush=True)
        continue
    told = json.loads(dict(record.headers())["elias_window"])
    if (products and told["window"]["product_id"] not in products) or (told["origin"] != "scheduled" and not everything):
        continue
    for row in record.value().decode().splitlines()[1:]:
        product, granularity, started_at, _, _, _, close, _ = row.split(",")
        print("candle", product, granularity, started_at, close, flush=True)
