"""REST and WebSocket routes: the way in for people and programs."""
