"""The command line: a thin shell over the public names. Every analysis is a command, made from its options."""
