"""A window that draws without end, in a process of its own: a line of JSON for every state, until it is killed.

Each line has the monotonic time and the ids and prices of all drawings, in the order of painting.
"""

import json
import os
import random
import sys
import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from candledesk.cache.runtime.writer import Writer
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.placing.moving import Move
from candledesk.ui.chart.core.drawings.dragging import move_drawings
from candledesk.ui.features.drawings.editor import DrawingEditor
from candledesk.ui.features.drawings.pointer.draw_tool import new_id
from candledesk.workspace.user_data import UserData
from candledesk.workspace.workspace import Workspace
from tests.event_loop import qt_event_loop
from tests.fake_cache import FakeCache
from tests.fake_data import make_bars
from tests.ui.window_harness import WindowHarness

STEP_MS = 20


class Scribbler:
    """Draws, moves and removes at random."""

    def __init__(self, harness):
        self.editor = harness.window.findChild(DrawingEditor)
        self.model = harness.page.model
        self.random = random.Random()

    def step(self):
        drawings = self.editor.list_of("MSFT")
        chosen = self.random.choice(drawings.drawings) if drawings.drawings else None
        if chosen is None or self.random.random() < 0.4:
            time_s = int(self.random.choice(self.model.series.bars.open_time))
            made = Drawing(new_id(), "horizontal_line", "MSFT", (Anchor(time_s, self.random.random() * 100),))
            self.editor.apply("draw", "MSFT", drawings.added([made]))
        elif self.random.random() < 0.3:
            self.editor.apply("remove", "MSFT", drawings.removed([chosen.id]))
        else:
            moved = move_drawings(self.model.scene, self.model.frame(), [chosen], Move(price=0.5), "price")
            self.editor.apply("move", "MSFT", drawings.changed(moved))
        state = [(one.id, one.points[0].price) for one in drawings.drawings]
        os.write(1, (json.dumps([time.monotonic(), state]) + "\n").encode())


def main(home):
    app = QApplication([])
    cache = FakeCache()
    cache.add("MSFT", "1d", make_bars(300))
    workspace = Workspace(UserData(home / "user.db", partial(Writer, name="candledesk-user-data")))
    with qt_event_loop(app):
        harness = WindowHarness(app, cache, home, workspace=workspace)
        harness.open("MSFT", "1d")
        scribbler, timer = Scribbler(harness), QTimer()
        timer.timeout.connect(scribbler.step)
        timer.start(STEP_MS)
        app.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
