"""VN Stock Tracker: from SSI FastConnect's stream to a live board. Start reading at wiring.py."""
