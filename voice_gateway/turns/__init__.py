"""Turn taking: voice activity, the end of a turn, interruption."""

from voice_gateway.turns.activity import Activity, Started, Steadiness, Stopped
from voice_gateway.turns.barge_in import Verdict, clauses_of, judge, rest
from voice_gateway.turns.endpointing import EndOfTurn, Patience, Why
from voice_gateway.turns.errors import TurnError
from voice_gateway.turns.numbers import Expected, digits_of, is_complete
from voice_gateway.turns.port import FRAME, Vad, frame_bytes
from voice_gateway.turns.webrtc import WebRtcVad

__all__ = [
    "FRAME", "Activity", "EndOfTurn", "Expected", "Patience", "Started", "Steadiness", "Stopped", "TurnError", "Vad", "Verdict",
    "WebRtcVad", "Why", "clauses_of", "digits_of", "frame_bytes", "is_complete", "judge", "rest",
]  # fmt: skip
