"""Statistics of two samples of numbers: each in a file of its own."""
