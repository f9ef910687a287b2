"""One program a hazard, named like it with underscores.

`observe()` runs the program on the release that is installed and answers with a word: one of
`AFFECTED` where the release behaves as the hazard says, one of `UNAFFECTED` where it does not.
"""
