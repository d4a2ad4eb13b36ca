"""The demo: a question-answering app over the documentation that every Python carries."""
