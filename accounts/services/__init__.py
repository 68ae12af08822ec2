"""Workflows of the accounts app: one keyword-only function each."""
