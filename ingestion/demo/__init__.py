"""Sao Viet Trading, the invented company to learn and test on; the same seed and size give the same rows."""
