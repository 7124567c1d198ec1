"""The closed lists an FAQ entry may use and the signs of a search, with what they mean in Chinese."""

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

#: Signs of a search, for `--why`.
SIGN_NAMES: dict[str, str] = {
    "vector": "语义",
    "chars": "字面",
    "sounds": "读音",
    "same": "几乎原话",
    "several": "几句都像",
    "theme": "主题",
    "wording": "用词",
    "gist": "要旨",
    "keywords": "关键词",
    "body": "答案",
    "lead": "领先",
    "foreign": "像域外",
}

#: What a calibration measures.
MEASURE_NAMES: dict[str, str] = {
    "held_out": "留出提问数",
    "held_out_first_right": "留出：首位命中",
    "held_out_in_three": "留出：前三命中",
    "held_out_answered": "留出：直接回答",
    "held_out_answers_right": "留出：回答正确率",
    "held_out_none": "留出：判无",
    "variant": "变形提问数",
    "variant_first_right": "变形：首位命中",
    "variant_in_three": "变形：前三命中",
    "variant_answered": "变形：直接回答",
    "variant_answers_right": "变形：回答正确率",
    "variant_none": "变形：判无",
    "asked": "别人写的提问数",
    "asked_first_right": "别人写的：首位命中",
    "asked_in_three": "别人写的：前三命中",
    "asked_answered": "别人写的：直接回答",
    "asked_answers_right": "别人写的：回答正确率",
    "asked_none": "别人写的：判无",
    "uncovered_answered": "库里没有：仍回答",
    "uncovered_none": "库里没有：判无",
    "outside_answered": "域外：仍回答",
    "outside_none": "域外：判无",
}
