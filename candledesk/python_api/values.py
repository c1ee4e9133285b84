"""The values of an indicator, in the form that the reader's tools need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from candledesk.python_api.bars import table_to_polars

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import pyarrow as pa

    from candledesk.cache.indicator_messages import IndicatorReply
    from candledesk.cache.messages import Gap
    from candledesk.domain.bars import FloatArray, IntArray


class IndicatorValues:
    """The values of an indicator at n bars."""

    def __init__(self, reply: IndicatorReply) -> None:
        """``reply``: the answer of the cache."""
        self._reply = reply

    @property
    def id(self) -> str:
        """The indicator's id."""
        return self._reply.request.study.id

    @property
    def params(self) -> Mapping[str, object]:
        """The parameters that the values were computed with."""
        return dict(self._reply.request.study.params.items)

    @property
    def open_time(self) -> IntArray:
        """UTC seconds of each bar's open, int64 ``(n,)``."""
        return self._reply.open_time

    @property
    def lines(self) -> Mapping[str, FloatArray]:
        """The values by output, float64 ``(n,)`` each, NaN where there is none."""
        return self._reply.lines

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Bars that are missing in what the values are made of."""
        return self._reply.gaps

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the values, a sentence each."""
        return self._reply.notes

    def __len__(self) -> int:
        """Return the number of bars."""
        return len(self._reply.open_time)

    def __repr__(self) -> str:
        """Return id, parameters, symbol, interval and number."""
        request = self._reply.request
        params = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"<IndicatorValues {self.id}({params}) of {request.symbol} {request.interval.name}: {len(self):,} bars>"

    def to_pandas(self) -> pd.DataFrame:
        """Return a frame by ``timestamp`` (UTC): a float64 column per output, ``final`` and ``settled`` (bool).

        ``settled`` is false where older history could still change the value.
        """
        import pandas as pd

        index = pd.DatetimeIndex(self.open_time.astype("datetime64[s]"), tz="UTC", name="timestamp")
        return pd.DataFrame({**self.lines, **self._flags()}, index)

    def to_arrow(self) -> pa.Table:
        """Return a table: ``timestamp`` (seconds, UTC) and the columns of ``to_pandas``; null without a value."""
        import pyarrow as pa

        lines = {name: pa.array(values, from_pandas=True) for name, values in self.lines.items()}
        return pa.table({"timestamp": pa.array(self.open_time, pa.timestamp("s", tz="UTC")), **lines, **self._flags()})

    def to_polars(self) -> Any:  # noqa: ANN401 - polars may be absent
        """Return a ``polars.DataFrame`` with the columns of ``to_arrow``; ``ImportError`` without polars."""
        return table_to_polars(self.to_arrow())

    def _flags(self) -> dict[str, Any]:
        return {"final": np.asarray(self._reply.is_final, bool), "settled": np.asarray(self._reply.settled, bool)}
