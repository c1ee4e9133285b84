"""Where bars come from: the protocol, its typed answers, the rate limiter and the providers."""
