"""What a person arranges and keeps, as models and use cases over ``store.user``; knows no Qt and makes no thread."""
