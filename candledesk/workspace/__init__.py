"""What a person arranges and keeps, as models and use cases over ``store.user``; imports no Qt, creates no thread."""
