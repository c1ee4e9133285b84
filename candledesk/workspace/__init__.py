"""Models and use cases of the user's data, over ``store.user``; imports no Qt and creates no thread."""
