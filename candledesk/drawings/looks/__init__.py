"""What of the look of drawings a person can set, and what several drawings have in common."""
