"""Tests of inventory decisions."""
