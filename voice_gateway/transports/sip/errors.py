"""Errors of the telephone line.

SipError                      anything this room raises on purpose
├── RequestRefused            a request is answered with `status` and changes nothing
│   ├── OfferInvalid          the session description cannot be read
│   └── NothingInCommon       no codec, address or protocol of the offer is one of ours
├── NoReply                   the other side did not answer a request in time
├── CallRefused               nobody took a call of ours (`status`)
├── PortsTaken                no port for sound is free
└── RegistrarRefused          the trunk does not take the registration (`status`)
"""

from __future__ import annotations

from common.errors import YidaError


class SipError(YidaError):
    code = "sip"
    message_zh = "电话线路暂时不可用，请稍后再拨。"


class RequestRefused(SipError):
    code = "sip_request_refused"
    status = 400
    reason = "Bad Request"

    def __init__(self, status: int = 0, reason: str = "") -> None:
        self.status, self.reason = status or self.status, reason or self.reason
        super().__init__(f"{self.status} {self.reason}")


class OfferInvalid(RequestRefused):
    code = "sip_offer_invalid"
    reason = "Bad Session Description"


class NothingInCommon(RequestRefused):
    code = "sip_nothing_in_common"
    status = 488
    reason = "Not Acceptable Here"


class NoReply(SipError):
    code = "sip_no_reply"
    message_zh = "对方线路没有应答，请稍后再试。"


class CallRefused(SipError):
    code = "sip_call_refused"
    message_zh = "电话没有接通，请稍后再拨。"

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class PortsTaken(SipError):
    code = "sip_ports_taken"
    message_zh = "通话端口已用完，请调大 RTP 端口范围。"


class RegistrarRefused(SipError):
    code = "sip_registrar_refused"
    message_zh = "线路注册没有成功，请检查中继账号和密码。"

    def __init__(self, status: int, retry_after: float = 0.0) -> None:
        super().__init__(f"status {status}")
        self.status, self.retry_after = status, retry_after
