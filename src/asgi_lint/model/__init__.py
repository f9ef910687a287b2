"""From source text to one linked picture of the project: facts, extraction, linking."""
