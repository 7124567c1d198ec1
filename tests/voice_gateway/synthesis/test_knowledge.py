"""Every spoken answer of the knowledge base can be read, nothing of it is lost."""

import re

from bss.catalogue.loader import default_catalogue
from common.settings import Settings
from knowledge_base.loader import load_folder
from knowledge_base.render import render
from voice_gateway.synthesis.frontend import spoken_clauses
from voice_gateway.synthesis.pronounce import Pronouncer
from voice_gateway.synthesis.symbols import SymbolTable

_HAN = re.compile(r"[\u4e00-\u9fff]")


def test_every_spoken_answer_is_read_whole_with_symbols_the_voice_has(pronouncer: Pronouncer, table: SymbolTable):
    references = default_catalogue().lookup
    entries = load_folder(Settings().faq_dir).entries
    assert len(entries) > 500
    unknown: set[str] = set()
    lost: list[str] = []
    for entry in entries:
        for clause, words in spoken_clauses(render(entry.answer.speech, references, "speech"), pronouncer):
            syllables = [syllable for word in words for syllable in word.syllables]
            unknown |= {f"{syllable.char}{syllable}" for syllable in syllables if not table.knows(syllable)}
            bent = sum(syllable.bent for syllable in syllables)
            if sum(1 for syllable in syllables if syllable.char) + bent != len(_HAN.findall(clause)):
                lost.append(f"{entry.id}: {clause}")
    assert unknown == set()
    assert lost == []
