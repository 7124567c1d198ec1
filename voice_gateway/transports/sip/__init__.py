"""Telephone calls over SIP and RTP."""

from voice_gateway.transports.sip.leg import SipLeg
from voice_gateway.transports.sip.outgoing import Caller
from voice_gateway.transports.sip.registration import Account, Registration
from voice_gateway.transports.sip.rules import Rules
from voice_gateway.transports.sip.server import SipServer

__all__ = ["Account", "Caller", "Registration", "Rules", "SipLeg", "SipServer"]
