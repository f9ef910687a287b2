"""Rules about background tasks."""
