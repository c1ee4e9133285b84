// How each indicator looks when it is added, as in the window; written as JSON, which a test compares with the window's table.

export const GROUPS = ["Averages", "Oscillators", "Trend", "Volatility", "Volume", "Levels", "Own indicators"];
export const PALETTE = ["#3b7bf2", "#d9740b", "#8f66d9", "#12967f", "#d14b9c", "#9d8318", "#1592a8", "#ec4353", "#3d9944", "#7f8694"];
export const LOOKS = {
  "volume": {"short": "Volume", "group": "Volume", "colours": ["#7f8694", "#3b7bf2"], "columns": "bar", "off": ["average"]},
  "sma": {"short": "SMA", "group": "Averages", "colours": ["#3b7bf2"]},
  "ema": {"short": "EMA", "group": "Averages", "colours": ["#d9740b"]},
  "rsi": {"short": "RSI", "group": "Oscillators", "colours": ["#8f66d9"], "level_fill": [70.0, 30.0]},
  "macd": {"short": "MACD", "group": "Oscillators", "colours": ["#3b7bf2", "#d9740b", "#7f8694"], "columns": "sign_and_change"},
  "bollinger": {"short": "BB", "group": "Volatility", "colours": ["#d9740b", "#3b7bf2", "#3b7bf2"], "fills": [{"upper": "upper", "lower": "lower", "of": "upper"}]},
  "vwap": {"short": "VWAP", "group": "Volume", "colours": ["#3b7bf2", "#3d9944", "#3d9944"], "fills": [{"upper": "upper", "lower": "lower", "of": "upper"}]},
  "atr": {"short": "ATR", "group": "Volatility", "colours": ["#ec4353"]},
  "stochastic": {"short": "Stoch", "group": "Oscillators", "colours": ["#3b7bf2", "#d9740b"], "level_fill": [80.0, 20.0]},
  "supertrend": {"short": "Supertrend", "group": "Trend", "colours": ["#7f8694"], "direction": "direction", "body_fill": "line"},
  "adx": {"short": "ADX", "group": "Trend", "colours": ["#ec4353", "#3b7bf2", "#d9740b"]},
  "ichimoku": {"short": "Ichimoku", "group": "Trend", "colours": ["#3b7bf2", "#ec4353", "#3d9944", "#d9740b", "#8f66d9"], "fills": [{"upper": "span_a", "lower": "span_b", "of": "span_a", "other": "span_b"}]},
  "volume_profile": {"short": "VPVR", "group": "Volume", "colours": ["#ec4353", "#7f8694", "#7f8694"]},
  "stoch_rsi": {"short": "Stoch RSI", "group": "Oscillators", "colours": ["#3b7bf2", "#d9740b"], "level_fill": [80.0, 20.0]},
  "cci": {"short": "CCI", "group": "Oscillators", "colours": ["#3b7bf2"], "level_fill": [100.0, -100.0]},
  "pivot_points": {"short": "Pivots", "group": "Levels", "colours": ["#d9740b", "#ec4353", "#3d9944", "#ec4353", "#3d9944", "#ec4353", "#3d9944", "#ec4353", "#3d9944", "#ec4353", "#3d9944"]},
  "obv": {"short": "OBV", "group": "Volume", "colours": ["#3b7bf2"]},
  "sar": {"short": "SAR", "group": "Trend", "colours": ["#3b7bf2"]},
  "mfi": {"short": "MFI", "group": "Volume", "colours": ["#8f66d9"], "level_fill": [80.0, 20.0]},
  "wma": {"short": "WMA", "group": "Averages", "colours": ["#8f66d9"]},
  "hma": {"short": "HMA", "group": "Averages", "colours": ["#12967f"]},
  "donchian": {"short": "DC", "group": "Volatility", "colours": ["#3b7bf2", "#d9740b", "#3b7bf2"], "fills": [{"upper": "upper", "lower": "lower", "of": "upper"}]},
  "keltner": {"short": "KC", "group": "Volatility", "colours": ["#3b7bf2"], "fills": [{"upper": "upper", "lower": "lower", "of": "upper"}]},
  "vwma": {"short": "VWMA", "group": "Averages", "colours": ["#1592a8"]},
  "roc": {"short": "ROC", "group": "Oscillators", "colours": ["#3b7bf2"]},
  "williams_r": {"short": "%R", "group": "Oscillators", "colours": ["#8f66d9"], "level_fill": [-20.0, -80.0]},
  "zigzag": {"short": "ZigZag", "group": "Levels", "colours": ["#3b7bf2"]},
  "cmf": {"short": "CMF", "group": "Volume", "colours": ["#3d9944"]},
  "ao": {"short": "AO", "group": "Oscillators", "colours": ["#7f8694"], "columns": "change"},
  "momentum": {"short": "Mom", "group": "Oscillators", "colours": ["#3b7bf2"]}
};
