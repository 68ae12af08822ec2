"""The demo: a story that drives the real API over HTTP and checks every step."""
