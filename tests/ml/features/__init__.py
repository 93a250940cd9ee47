"""Features of demand against pandas, and against the future."""
