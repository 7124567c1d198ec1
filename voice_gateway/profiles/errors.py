"""Errors of the caller profiles.

ProfileError                 anything this room raises on purpose
└── RequestsInvalid          requests.yml cannot be used; the process does not start
"""

from __future__ import annotations

from common.errors import YidaError


class ProfileError(YidaError):
    code = "caller_profile"
    message_zh = "来电设置暂时不可用。"


class RequestsInvalid(ProfileError):
    code = "requests_invalid"
    message_zh = "说话方式词表 requests.yml 有误。"
