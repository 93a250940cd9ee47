"""Tests of what the planner learnt."""
