"""Numbers about the future: forecasts, inventory decisions and what is learnt from the past. Every part takes `as_of`."""
