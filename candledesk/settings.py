"""Every option, declared once: key, type, default, text (environment ``CANDLEDESK_<KEY>``)."""
