"""Entity linking: which words of a message name members of dimensions."""
