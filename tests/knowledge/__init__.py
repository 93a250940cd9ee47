"""Tests of `knowledge`, mirroring its modules."""
