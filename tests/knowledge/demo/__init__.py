"""Tests of the demo library and of what is found out about a company."""
