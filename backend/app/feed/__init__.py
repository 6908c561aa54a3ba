"""SSI in: the guarded ssi-fc-data client, its supervisor, the normaliser and the bridge into the event loop."""
