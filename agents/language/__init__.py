"""The embedded planner: words in, typed plans out, without a language model."""
