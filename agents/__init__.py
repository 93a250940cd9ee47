"""LangGraph only here: a question becomes a plan, findings and one checked answer."""
