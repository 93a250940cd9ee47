"""Foreign files become raw tables of text: one file per reader, listed in the catalog."""
