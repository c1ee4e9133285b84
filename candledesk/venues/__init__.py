"""Venues: which exchange a provider code means and when it trades. Imports pandas: use it in a child process only."""
