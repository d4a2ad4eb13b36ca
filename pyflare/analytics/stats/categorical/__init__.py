"""Two samples over the levels of one category: from counts, each statistic in a file of its own."""
