"""Tests mirror the folders; nothing here reaches the network."""
