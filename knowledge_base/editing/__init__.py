"""Editing of the knowledge base by people: documents, saving, history, drafts, the guard, sheets."""
