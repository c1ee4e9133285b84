"""The demo market's instruments: profiles, trading hours, splits and payments."""
