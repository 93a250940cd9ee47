"""The graph, the brains, the writer: asserted by tool calls and facts, not by prose."""
