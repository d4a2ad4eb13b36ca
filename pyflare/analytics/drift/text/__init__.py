"""Texts as columns: lengths, languages, refusals, topics and embeddings, all found on this machine."""
