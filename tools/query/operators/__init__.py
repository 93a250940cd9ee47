"""The operators of the query algebra, one family a file."""
