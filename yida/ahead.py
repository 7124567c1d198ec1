"""Indexes the knowledge base at set-up, so that the first start takes seconds too: `python -m yida.ahead`."""

from __future__ import annotations

import sys

from bss.catalogue.loader import default_catalogue
from common.errors import YidaError
from common.settings import Settings
from knowledge_base.encoder_choice import open_encoder
from knowledge_base.service import KnowledgeBase
from yida.services import vectors_of


def main() -> int:
    """Embed every sentence and keep the snapshot. Exit status 1 where it cannot be made."""
    settings = Settings()
    try:
        encoder = open_encoder(settings.encoder, settings.models_dir)
        knowledge = KnowledgeBase.open(settings.faq_dir, encoder, default_catalogue().lookup, vectors_of(settings))
    except YidaError as error:
        print(error.message_zh)
        return 1
    print(f"{knowledge.status()['entries']} 条")
    knowledge.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
