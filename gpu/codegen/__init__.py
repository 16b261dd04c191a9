"""From update statements to one C-like source text."""
