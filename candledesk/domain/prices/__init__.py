"""Rules for prices: checking, adjusting, scaling and deriving bars. Pure."""
