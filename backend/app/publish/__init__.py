"""Out to WebSocket clients."""
