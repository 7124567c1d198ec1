"""Proof of who a customer is: one-time codes, and what each conversation has proven."""

from bss.identity.codes import CodeSent, OneTimeCodes, open_identity
from bss.identity.proofs import Proofs

__all__ = ["CodeSent", "OneTimeCodes", "Proofs", "open_identity"]
