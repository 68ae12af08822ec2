"""Guard lines, broken on purpose: each must turn a test red. `python -m tests.mutants`."""
