"""Serve the page over the fake cache, to look at it: ``python -m tests.web.run_fake [PORT] [FILL_S]``."""

import sys
import threading
import time
from pathlib import Path

from candledesk.web.http_server import WebServer
from tests.web.market import make_cache

port, fill_s = int(sys.argv[1]) if len(sys.argv) > 1 else 0, float(sys.argv[2]) if len(sys.argv) > 2 else 0.4
resources = Path(__file__).parents[2] / "resources"
server = WebServer(make_cache(now=int(time.time()), fill_s=fill_s), port=port, resources=resources, token="fake")
server.start()
sys.stdout.write(server.make_chart_url() + "\n")
sys.stdout.flush()
threading.Event().wait()
