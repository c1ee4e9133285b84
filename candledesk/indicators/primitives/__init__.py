"""What every indicator is made of: window functions, recursive averages, state machines, and sums since an anchor."""
