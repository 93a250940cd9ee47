"""Scores: cases, suites, metrics, reports and benchmarks."""
