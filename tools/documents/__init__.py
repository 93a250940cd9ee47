"""What documents say: passages, quotes, clauses joined with the data, themes of reviews, the market."""
