"""One domain call a view: read, call, answer."""
