"""Rules about streams and disconnects."""
