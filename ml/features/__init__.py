"""Features of demand: one SQL text with window functions that reads nothing after the origin, whatever engine runs it."""
