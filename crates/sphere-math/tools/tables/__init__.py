"""One module per subject; each table is a function that returns its file's text."""
