"""Statistics of two samples of vectors: whether two sets of embeddings come from the same distribution."""
