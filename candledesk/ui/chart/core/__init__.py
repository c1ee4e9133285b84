"""What a chart shows and where, as pure values: no Qt."""
