"""Numbers and names for the ear: what kind of thing a content is says how it is read."""

from voice_gateway.synthesis.spoken.kinds import Reading, SpokenKind
from voice_gateway.synthesis.spoken.render import render

__all__ = ["Reading", "SpokenKind", "render"]
