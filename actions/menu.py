"""What each service is called on a button. A button's words are sent as if said; tests parse them all."""

from __future__ import annotations

#: Intent -> words of its button.
TITLES: dict[str, str] = {
    "query_balance": "查话费",
    "query_bill": "查账单",
    "query_usage": "查流量",
    "query_plan": "查我的套餐",
    "change_plan": "换套餐",
    "recharge": "充值",
    "query_points": "查积分",
    "redeem_points": "积分兑换",
    "report_broadband_fault": "宽带报修",
    "report_mobile_fault": "手机信号报修",
    "report_iptv_fault": "电视报修",
    "book_repair": "约上门时间",
    "query_ticket": "查工单进度",
    "urge_ticket": "催工单",
    "cancel_ticket": "撤销工单",
    "complain": "我要投诉",
    "transfer_human": "转人工",
    "suspend_service": "停机保号",
    "resume_service": "复机",
    "report_lost": "挂失",
    "cancel_lost": "解除挂失",
    "manage_roaming": "国际漫游",
    "manage_vas": "增值业务",
    "manage_password": "改服务密码",
    "verify_identity": "实名认证",
    "install_broadband": "装宽带",
    "port_number": "携号转网",
    "enterprise_service": "政企业务",
    "family_agent": "帮家人办理",
    "menu": "查看菜单",
}
