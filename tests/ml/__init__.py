"""Numbers about the future."""
