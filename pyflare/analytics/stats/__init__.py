"""Statistics of two samples: tests, distances and what they have in common. Pure functions of arrays."""
