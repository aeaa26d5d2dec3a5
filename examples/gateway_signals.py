"""Market events from the gateway over WebSocket: trades as they happen, and settled candles when their window is complete.

    python examples/gateway_signals.py [--all] [--from FROM] PRODUCT...

FROM is latest, earliest or an instant. When the connection is lost it goes on behind the last event that it had. Candles of origin
backfill or replay tell of the past and are no signal now: they are passed over unless --all asks for them.
GATEWAY_URL says where the gateway is, else .elias/stack.json of `npm start`; GATEWAY_TOKEN is sent where it is set.
"""
import argparse, json, os, pathlib, sys, time
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

parser = argparse.ArgumentParser()
parser.add_argument("--all", action="store_true")
parser.add_argument("--from", dest="start", default="latest")
parser.add_argument("products", nargs="+")
args = parser.parse_args()
url = os.environ.get("GATEWAY_URL") or json.loads(pathlib.Path(".elias/stack.json").read_text())["gateway"]["url"]
token = os.environ.get("GATEWAY_TOKEN")
headers = {"Authorization": f"Bearer {token}"} if token else {}
positions = {}  # the last one of each partition, to go on after

while True:
    try:
        with connect(f"{url.replace('http', 'ws', 1)}/ws", additional_headers=headers) as socket:
            start = {"after": list(positions.values())} if positions else args.start
            wanted = {"type": "subscribe", "products": args.products, "types": ["live.trade", "market.candle"], "from": start}
            socket.send(json.dumps(wanted))
            for text in socket:
                message = json.loads(text)
                for one in message.get("positions") or ([message["position"]] if "position" in message else []):
                    positions[one["topic"], one["partition"]] = one
                data = message.get("data")
                if message["type"] == "error":
                    print(message["code"], message["message"], file=sys.stderr)
                elif message["type"] == "live.trade":
                    print("trade", data["product_id"], data["trade_id"], data["side"], data["price"], data["size"], flush=True)
                elif message["type"] == "market.candle" and (data["origin"] == "scheduled" or args.all):
                    print("candle", data["product_id"], data["granularity"], data["started_at"], data["close"], flush=True)
    except (ConnectionClosed, OSError) as lost:
        print(lost, file=sys.stderr)
    time.sleep(0.5)
