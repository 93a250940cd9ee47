"""What an agent may do: typed in, typed facts out, one gate."""
