"""The time grammar against a calendar written independently of it."""
