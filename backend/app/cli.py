"""Placeholder until the parts below it are merged."""
