"""Questions about the days ahead."""
