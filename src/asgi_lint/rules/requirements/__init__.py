"""Rules about what a project requires, reported on the requirement's own line."""
