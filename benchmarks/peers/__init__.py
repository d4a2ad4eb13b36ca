"""PyFlare's drift tests beside those of other libraries, each in an environment of its own, on the same data."""
