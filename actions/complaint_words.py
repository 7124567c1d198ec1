"""What a complaint is about and how bad it is, out of the customer's own words. Pure functions."""

from __future__ import annotations

import re

from actions.hearing import hears
from service_desk.types import Category

#: First that fits. Conduct and nuisance before money: people who were shouted at also mention the bill.
_ABOUT: tuple[tuple[Category, tuple[str, ...]], ...] = (
    (Category.STAFF_ATTITUDE, ("态度", "骂我", "骂人", "吼我", "凶我", "不耐烦", "阴阳怪气", "翻白眼", "爱理不理", "撵", "推我", "打人",
                               "乱涨价", "服务太差", "服务差", "没礼貌", "挂我电话", "服务0分")),
    (Category.SPAM_CALL, ("骚扰", "推销", "垃圾短信", "一天到晚打", "不停打电话", "老打电话", "成日打", "别再打", "营销电话", "打来三")),
    (Category.PLAN_DISPUTE, ("业务员", "套餐", "合约", "合同", "签字", "虚假宣传", "哄着", "忽悠", "赖账", "私自", "擅自", "不知情",
                             "没同意", "自己开通", "偷偷开", "乱开", "升级", "说好", "承诺", "欺诈", "绑定")),
    (Category.BILLING, ("扣费", "扣款", "扣钱", "扣我", "多扣", "乱扣", "多收", "乱收", "收费", "话费", "账单", "退费", "退钱", "退我",
                        "没退", "不退", "的钱", "多出来", "征信", "补偿", "月租")),
    (Category.BROADBAND, ("宽带", "断网", "网速", "光猫", "路由", "wifi", "家里网", "上不了网")),
    (Category.IPTV, ("电视", "机顶盒")),
    (Category.NETWORK, ("信号", "打不通", "没网", "4g", "5g", "基站", "网络差")),
)  # fmt: skip
_SEVERE = re.compile(
    r"工信部|12300|12315|消协|消费者协会|通管局|信访|市长热线|12345|媒体|记者|曝光|起诉|律师|法院|报警|打人|动手|威胁"
    r"|(断|停|坏|没)[^，。]{0,8}([三四五六七八九十]|[3-9]|\d\d)(多|来)?天|(一|两|半|整)个?(周|星期|礼拜|月)没(网|信号)|大面积|整栋|全小区"
)
#: What remains of `我要投诉你们` once these are gone is nothing to work on.
_EMPTY = re.compile(
    r"我要|我想|我来|必须|给我|帮我|直接|马上|登记|正式|一下|个|投诉|投数|头诉|投苏|投书|举报|告你们|你们|哦|啊|呀|你哋|咯|俺|要|想|你|他们|的|了"
    r"|反映|意见|提|有|建议|受不了|气死我|太气人|什么玩意|垃圾|complain|我|人工|客服|很大|不满|公司|电信|服务|[，,。.！!？?\s]"
)


def facts_in(text: str) -> str:
    """The text where it says what happened, "" where it only says that somebody complains."""
    return text.strip() if len(_EMPTY.sub("", text)) >= 4 else ""


def about(text: str) -> Category:
    """What it is about; `OTHER` where the words do not tell."""
    lowered = text.lower()
    for category, words in _ABOUT:
        if any(word in lowered for word in words):
            return category
    return next((c for c, words in _ABOUT if hears(text, [w for w in words if len(w) >= 3])), Category.OTHER)


def severe(text: str) -> bool:
    """Whether the duty manager must know at once: outside authorities, violence, days without service."""
    return bool(_SEVERE.search(text))
