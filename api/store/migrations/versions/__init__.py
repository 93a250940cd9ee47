"""One module a step, applied in the order each names its predecessor."""
