"""Forecasters that share one contract: the ladder of baselines, the boosted trees, what they are together, and how they are scored."""
