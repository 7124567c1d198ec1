"""Our Rasa pipeline components; the only part of nlu that imports Rasa."""
