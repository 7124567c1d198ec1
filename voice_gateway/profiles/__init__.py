"""How a caller is spoken to: profiles, and how one is chosen."""

from voice_gateway.profiles.choice import Choice, Remembered, choose
from voice_gateway.profiles.errors import ProfileError
from voice_gateway.profiles.observation import Observation
from voice_gateway.profiles.profile import BY_NAME, ELDER, STANDARD, AnswerKind, CallerProfile, PersonOffer
from voice_gateway.profiles.requests import Request, RequestWords, requested

__all__ = [
    "BY_NAME", "ELDER", "STANDARD", "AnswerKind", "CallerProfile", "Choice", "Observation", "PersonOffer", "ProfileError",
    "Remembered", "Request", "RequestWords", "choose", "requested",
]  # fmt: skip
