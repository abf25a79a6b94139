"""Benchmarks of turnout: its own paths (test_*.py) and a table beside other packages (peers/)."""
