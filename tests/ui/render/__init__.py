"""Tests of what the chat shows."""
