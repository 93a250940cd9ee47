"""Numbers about the days ahead: forecasts with their interval, and how past ones came true."""
