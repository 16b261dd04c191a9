"""The C-like source text shared by every kernel."""
