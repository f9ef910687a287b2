"""Rules about the files of a run themselves."""
