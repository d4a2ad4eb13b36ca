"""The query API: what a folder holds, over HTTP and WebSocket."""
