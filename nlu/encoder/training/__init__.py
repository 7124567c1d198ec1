"""Fine-tuning of the sentence encoder with sentence-transformers; needs the `torch` extra."""
