"""What the bench's customers say: four conversations, 24 turns, as real ones mix them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scene:
    """One conversation of one proven customer, from its first message to its last."""

    name: str
    turns: tuple[str, ...]


SCENES = (
    Scene("account", (
        "你好",
        "帮我查一下话费余额",
        "这个月流量还剩多少",
        "我现在用的是什么套餐",
        "上个月的账单多少钱",
        "谢谢你",
    )),
    Scene("self-check with a digression", (
        "我家宽带上不了网了",
        "都是绿灯",
        "积分怎么兑换话费",
        "重启过了还是不行",
        "全都上不了",
        "先不弄了，取消吧",
        "再见",
    )),
    Scene("tickets", (
        "查一下我的报修工单",
        "催一下师傅快点来",
        "国际漫游怎么收费",
        "查话费",
        "谢谢",
    )),
    Scene("questions", (
        "今天天气怎么样",
        "5G套餐和4G套餐有什么区别",
        "怎么开发票",
        "营业厅几点下班",
        "eSIM怎么开通",
        "再见",
    )),
)
#: Turns of one pass through all conversations.
TURNS = sum(len(scene.turns) for scene in SCENES)
