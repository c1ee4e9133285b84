"""The state of the limiter, faults of the store and notices in the status bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.shell.feature import Feature

if TYPE_CHECKING:
    from candledesk.ui.shell.feature import WindowContext


def connection_feature(context: WindowContext) -> Feature:
    """Show the limiter, faults and notices from now on."""
    bridge, status = context.bridge, context.status
    bridge.limiter_changed.connect(status.show_limiter)
    bridge.fault_raised.connect(status.show_fault)
    bridge.notice_raised.connect(status.show_notice)
    return Feature("connection", status=(status.connection,))
