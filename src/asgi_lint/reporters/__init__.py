"""From a finished run to text: one module for each output format, chosen by name in `formats`."""
