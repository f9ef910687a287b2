"""What applies a fix: edits, and transformations that several rules share."""
