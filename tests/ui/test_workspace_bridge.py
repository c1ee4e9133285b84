"""Changes of the workspace arrive as signals on the GUI thread, whichever thread made them."""

import threading

from candledesk.ui.workspace_bridge import WorkspaceBridge
from candledesk.workspace.events import LayoutChanged, WatchlistChanged, WorkspaceEvents


def _emit_elsewhere(events, event):
    thread = threading.Thread(target=events.emit, args=(event,))
    thread.start()
    thread.join()


def test_each_kind_of_change_has_its_signal_on_the_gui_thread(qtbot):
    events, seen = WorkspaceEvents(), []
    bridge = WorkspaceBridge(events)
    bridge.watchlist_changed.connect(lambda event: seen.append(("watchlist", event, threading.current_thread())))
    bridge.layout_changed.connect(lambda event: seen.append(("layout", event, threading.current_thread())))
    _emit_elsewhere(events, WatchlistChanged("Tech", "added"))
    _emit_elsewhere(events, LayoutChanged("Day", "deleted"))
    assert seen == []  # queued: nothing runs on the thread that made the change
    qtbot.waitUntil(lambda: len(seen) == 2)
    here = threading.current_thread()
    assert seen == [
        ("watchlist", WatchlistChanged("Tech", "added"), here),
        ("layout", LayoutChanged("Day", "deleted"), here),
    ]


def test_nothing_arrives_after_the_bridge_was_closed(qtbot, qapp):
    events, seen = WorkspaceEvents(), []
    bridge = WorkspaceBridge(events)
    bridge.watchlist_changed.connect(seen.append)
    bridge.close()
    events.emit(WatchlistChanged("Tech", "added"))
    qapp.processEvents()
    assert seen == []
