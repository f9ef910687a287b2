"""The application as a picture: plain data about it, and one module for each way to draw it."""
