"""What earlier runs found out, kept in a folder: facts by file, findings by project."""
