"""Tests of the embedded planner."""
