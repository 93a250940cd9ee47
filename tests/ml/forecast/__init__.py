"""Forecasts: the ladder, the trained models, and what one history says."""
