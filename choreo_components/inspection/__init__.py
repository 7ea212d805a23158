"""Inspection: compares what stacks declare with what their clusters have. Read-only."""
