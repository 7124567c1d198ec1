"""The closed lists an FAQ entry may use, each with what it means in Chinese for editors."""

from __future__ import annotations

#: Channels by which an answer may be limited.
CHANNELS: dict[str, str] = {
    "web": "网页聊天",
    "app": "手机 App",
    "wechat": "微信公众号",
    "wecom": "企业微信",
    "miniprogram": "小程序",
    "sms": "短信",
    "voice": "电话",
}

#: Customer segments by which an answer may be limited.
SEGMENTS: dict[str, str] = {
    "consumer": "个人客户",
    "family": "家庭客户",
    "elder": "长者客户",
    "campus": "校园客户",
    "disabled": "残障客户",
    "enterprise": "政企客户",
}

#: Intents an entry may offer as the next step.
ACTIONS: dict[str, str] = {
    "query_balance": "查话费余额",
    "query_bill": "查账单",
    "query_usage": "查用量",
    "query_plan": "查套餐",
    "change_plan": "换套餐、订流量包",
    "recharge": "充值缴费",
    "query_points": "查积分",
    "redeem_points": "积分兑换",
    "report_broadband_fault": "宽带报障",
    "report_mobile_fault": "手机报障",
    "report_iptv_fault": "电视、座机报障",
    "book_repair": "预约上门",
    "query_ticket": "查工单",
    "urge_ticket": "催工单",
    "cancel_ticket": "撤工单",
    "complain": "投诉",
    "transfer_human": "转人工",
    "suspend_service": "停机保号",
    "resume_service": "复机",
    "report_lost": "挂失、补卡",
    "cancel_lost": "解挂",
    "manage_roaming": "国际漫游开关",
    "manage_vas": "增值业务",
    "manage_password": "服务密码",
    "verify_identity": "实名、过户",
    "install_broadband": "装机、移机、拆机",
    "port_number": "携号转网",
    "enterprise_service": "政企服务",
    "family_agent": "代家人办理",
}
