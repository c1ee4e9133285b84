"""The list of all indicators, in the order of menus; another one is one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.domain.errors import UnknownIndicatorError
from candledesk.indicators.averages.ema import EMA
from candledesk.indicators.averages.hma import HMA
from candledesk.indicators.averages.sma import SMA
from candledesk.indicators.averages.vwma import VWMA
from candledesk.indicators.averages.wma import WMA
from candledesk.indicators.levels.pivot_points import PIVOT_POINTS
from candledesk.indicators.levels.zigzag import ZIGZAG
from candledesk.indicators.oscillators.ao import AO
from candledesk.indicators.oscillators.cci import CCI
from candledesk.indicators.oscillators.macd import MACD
from candledesk.indicators.oscillators.momentum import MOMENTUM
from candledesk.indicators.oscillators.roc import ROC
from candledesk.indicators.oscillators.rsi import RSI
from candledesk.indicators.oscillators.stoch_rsi import STOCH_RSI
from candledesk.indicators.oscillators.stochastic import STOCHASTIC
from candledesk.indicators.oscillators.williams_r import WILLIAMS_R
from candledesk.indicators.own.table import find_own, own_indicators
from candledesk.indicators.trend.adx import ADX
from candledesk.indicators.trend.ichimoku import ICHIMOKU
from candledesk.indicators.trend.sar import SAR
from candledesk.indicators.trend.supertrend import SUPERTREND
from candledesk.indicators.volatility.atr import ATR
from candledesk.indicators.volatility.bollinger import BOLLINGER
from candledesk.indicators.volatility.donchian import DONCHIAN
from candledesk.indicators.volatility.keltner import KELTNER
from candledesk.indicators.volume.cmf import CMF
from candledesk.indicators.volume.mfi import MFI
from candledesk.indicators.volume.obv import OBV
from candledesk.indicators.volume.volume import VOLUME
from candledesk.indicators.volume.volume_profile import VOLUME_PROFILE
from candledesk.indicators.volume.vwap import VWAP

if TYPE_CHECKING:
    from candledesk.indicators.declaration import Indicator

INDICATORS: tuple[Indicator, ...] = (
    VOLUME,
    SMA,
    EMA,
    RSI,
    MACD,
    BOLLINGER,
    VWAP,
    ATR,
    STOCHASTIC,
    SUPERTREND,
    ADX,
    ICHIMOKU,
    VOLUME_PROFILE,
    STOCH_RSI,
    CCI,
    PIVOT_POINTS,
    OBV,
    SAR,
    MFI,
    WMA,
    HMA,
    DONCHIAN,
    KELTNER,
    VWMA,
    ROC,
    WILLIAMS_R,
    ZIGZAG,
    CMF,
    AO,
    MOMENTUM,
)
_BY_ID = {row.id: row for row in INDICATORS}


def all_indicators() -> tuple[Indicator, ...]:
    """Return every indicator in the order of menus, the own ones last."""
    return (*INDICATORS, *own_indicators())


def find_indicator(name: str) -> Indicator:
    """Return the indicator of an id; ``UnknownIndicatorError`` when there is none."""
    found = _BY_ID.get(name) or find_own(name)
    if found is None:
        known = " ".join(row.id for row in all_indicators())
        raise UnknownIndicatorError(f"There is no indicator {name[:40]!r}: use one of {known}")
    return found
