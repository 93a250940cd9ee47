"""Questions about what to buy, when and how much."""
