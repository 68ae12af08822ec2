"""Workflows of the organizations app: one keyword-only function each."""
