"""Text to speech: the port, and the voice that comes with set-up."""

from voice_gateway.synthesis.errors import SynthesisError
from voice_gateway.synthesis.fastspeech2 import FastSpeech2
from voice_gateway.synthesis.port import ELDER, STANDARD, Clause, Style, Synthesizer, Voice
from voice_gateway.synthesis.speaker import CachedSpeaker

__all__ = ["ELDER", "STANDARD", "CachedSpeaker", "Clause", "FastSpeech2", "Style", "SynthesisError", "Synthesizer", "Voice"]
