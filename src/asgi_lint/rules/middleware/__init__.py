"""Rules about middleware."""
