"""Workflows of the service accounts app: one keyword-only function each."""
