"""Drift: whether inputs, embeddings, answers or their relation to the truth have moved, by how much, and where."""
