"""Tools that ask the past through the query algebra, by family."""
