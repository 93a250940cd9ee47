"""Tests of the query algebra."""
