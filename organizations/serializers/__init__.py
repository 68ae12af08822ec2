"""Bodies of the calls, a file a topic."""
