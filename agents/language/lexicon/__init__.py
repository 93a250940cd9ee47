"""The words of each language, one folder a language."""
