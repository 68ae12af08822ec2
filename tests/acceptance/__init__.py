"""Hostile requests over raw HTTP against a real server: rows are data, the checks are shared."""
