"""Entity linking, tested by mentions in sentences."""
