"""The demo company's library: about 150 invented documents that agree with its tables; the same seed gives the same bytes."""
