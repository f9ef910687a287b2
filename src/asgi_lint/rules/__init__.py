"""The rules: one module and one page each, in a folder per family."""
