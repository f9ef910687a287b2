"""The language server: an editor's documents in, diagnostics, fixes and pages of rules out."""
