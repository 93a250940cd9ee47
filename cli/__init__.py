"""The command line: thin, wires everything; heavy imports wait until a command runs."""
