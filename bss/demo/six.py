"""The six customers of DESIGN.md. Outside tests rely on these figures."""

from __future__ import annotations

from bss import types as t
from bss.demo.history import OwnedProduct as Has
from bss.demo.history import Person

ZHANG_WEI = "13800000001"
LI_XIUYING = "13800000002"
WANG_QIANG = "13800000003"
ZHAO_MIN = "13800000004"
LIU_YANG = "13800000005"
CHEN_CHEN = "13800000006"
PASSWORD = "246810"
OUTAGE_AREA = "滨江花园"


def six() -> list[Person]:
    """张伟, 李秀英, 王强, 赵敏, 刘洋, 陈晨."""
    return [
        Person(
            ZHANG_WEI, "张伟", 35, "plan.5g129", 3580, "翠湖新村",
            data_left_mb=12698, minutes_left=320, points=2360, months_here=40,
            products=(
                Has("broadband.300", 0, 5, {"remark": "129元套餐赠送"}),
                Has("iptv.basic", 0, 5, {"remark": "129元套餐赠送"}),
                Has("vas.caller_id", 0),
                Has("vas.ringback"),
            ),
            extras={
                1: [("套餐外国内短信", 160, "16条，每条0.10元")],
                3: [("套餐外国内通话", 450, "30分钟，每分钟0.15元")],
            },
        ),
        Person(
            LI_XIUYING, "李秀英", 71, "plan.elder19", 1250, "桂花里",
            data_left_mb=2150, minutes_left=64, points=430, months_here=62, house="1幢1单元102室",
            products=(Has("broadband.100", None, 7), Has("iptv.basic", 0), Has("vas.caller_id", 0),
                      Has("vas.block")),
            faults={t.Check.OPTICAL: "los"},
        ),
        Person(
            WANG_QIANG, "王强", 42, "plan.5g59", -2340, "城北工业园",
            data_left_mb=3072, minutes_left=12, points=880, months_here=25, house="宿舍楼7-402",
            status=t.CustomerStatus.SUSPENDED_ARREARS,
            products=(Has("broadband.300", None, 2), Has("vas.ringback")),
            extras={1: [("套餐外流量", 1500, "3GB，每GB 5元")]}, last_bill_paid=False,
        ),
        Person(
            ZHAO_MIN, "赵敏", 29, "plan.family199", 8840, OUTAGE_AREA,
            data_left_mb=31744, minutes_left=610, points=3150, months_here=18, house="9幢1602室",
            contract_months_left=6,
            products=(
                Has("broadband.500", 0, 6, {"remark": "家庭融合套餐包含"}),
                Has("iptv.basic", 0, 6, {"remark": "家庭融合套餐包含"}),
                Has("vas.video_member"),
            ),
            pending_top_up_fen=5000,
        ),
        Person(
            LIU_YANG, "刘洋", None, "plan.biz159", 26600, "高新科技园",
            data_left_mb=40960, minutes_left=730, points=5200, months_here=29, house="A座12层",
            segment=t.Segment.ENTERPRISE, company="宏远科技", account_manager="孙经理",
            contract_months_left=7,
            products=(Has("leased.100", 0, 7, {"remark": "费用由单位账户支付"}),),
            faults={t.Check.LEASED: "leased_down"}, roaming=True,
        ),
        Person(
            CHEN_CHEN, "陈晨", 26, "plan.youth39", 2210, "大学城东区",
            data_left_mb=410, minutes_left=150, points=1120, months_here=22, house="5幢301室",
            products=(Has("vas.music_member"),),
        ),
    ]  # fmt: skip
