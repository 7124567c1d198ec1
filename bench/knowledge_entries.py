"""Entries of any number: each real entry again and again, for another place and another product.

The identity of a variant is its place and its product, and every phrasing names both, so no two entries ask the
same; answers are shortened and carry no figures of the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from knowledge_base.entry import Answer, Entry

_PLACES = (
    "北京 上海 天津 重庆 成都 绵阳 德阳 宜宾 泸州 南充 广州 深圳 东莞 佛山 珠海 中山 惠州 汕头 杭州 宁波 温州 嘉兴 绍兴 金华 台州 南京 苏州 "
    "无锡 常州 南通 徐州 扬州 盐城 武汉 宜昌 襄阳 荆州 黄石 长沙 株洲 衡阳 岳阳 常德 郑州 洛阳 开封 南阳 新乡 信阳 济南 青岛 烟台 潍坊 临沂 "
    "淄博 威海 石家庄 唐山 保定 邯郸 廊坊 沧州 太原 大同 临汾 运城 西安 咸阳 宝鸡 渭南 汉中 沈阳 大连 鞍山 锦州 长春 吉林 四平 哈尔滨 大庆 "
    "齐齐哈尔 合肥 芜湖 蚌埠 阜阳 安庆 福州 厦门 泉州 漳州 莆田 南昌 九江 赣州 上饶 南宁 柳州 桂林 海口 三亚 贵阳 遵义 昆明 大理 曲靖 拉萨 "
    "兰州 天水 西宁 银川 乌鲁木齐 喀什 呼和浩特 包头 赤峰 鄂尔多斯"
)
_PRODUCTS = (
    "5G畅享129元套餐 5G畅享199元套餐 4G自由选套餐 孝心卡 亲子卡 校园卡 全家享融合套餐 千兆宽带 三百兆宽带 电视盒子 全屋光宽带 定向流量包 "
    "国际漫游包 物联网卡 家庭副卡 企业彩铃 云盘会员 视频会员权益 合约手机 固定电话 安全管家 家庭监控 手机保险 靓号套餐 商务专线 云电脑"
)
_BRANDS = "华为 小米 苹果 荣耀 三星 一加 中兴 魅族 真我 红米 努比亚 摩托罗拉 努比亚折叠屏"
_MONTHS = "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月"
PLACES, PRODUCTS, BRANDS, MONTHS = (tuple(names.split(" ")) for names in (_PLACES, _PRODUCTS, _BRANDS, _MONTHS))
#: Variants one entry can have.
MOST = len(PLACES) * len(PRODUCTS)

_NAMES = re.compile("|".join(sorted(map(re.escape, (*PLACES, *PRODUCTS, *BRANDS)), key=len, reverse=True)))
_REFERENCE = re.compile(r"\{\{.*?\}\}")
#: Coprime to MOST, so that the variants of one entry are spread over all places and products and none comes twice.
_STEP = 1009
_ANSWER_CHARS = 36


def variants(real: Sequence[Entry], count: int) -> Iterator[tuple[Entry, int]]:
    """`count` entries of one to three questions each, with the position of the real entry behind each.

    The same for the same real entries, and the first n are the same for every count. Raises ValueError where
    `count` is more than the real entries have variants.
    """
    if count > len(real) * MOST:
        raise ValueError(f"{len(real)} entries have at most {len(real) * MOST} variants. Asked for {count}")
    for number in range(count):
        turn, template = divmod(number, len(real))
        yield _variant(real[template], turn, template), template


def asked(real: Sequence[Entry], count: int, of: int) -> Iterator[tuple[str, int]]:
    """`count` questions none of which is stored, each with the position of the entry among `variants(real, of)`
    that it is about: a phrasing of the real entry that the variants do not use."""
    for number in range(count):
        position = (number * 7919 + 13) % of
        turn, template = divmod(position, len(real))
        entry = real[template]
        place, product, brand, _ = _facets(turn, template)
        phrasing = entry.similar[(3 + number) % len(entry.similar)] if len(entry.similar) > 3 else entry.similar[-1]
        yield f"{brand}的手机，{place}这边{product}{_plain(phrasing)}", position


def _variant(entry: Entry, turn: int, template: int) -> Entry:
    place, product, brand, month = _facets(turn, template)
    similar = (
        f"{_plain(entry.similar[0])}，我在{place}办的{product}",
        f"{month}在{place}用{product}，{_plain(entry.similar[1])}",
    )[: (turn + template) % 3]
    speech = _REFERENCE.sub("若干", entry.answer.speech)[:_ANSWER_CHARS]
    answer = f"{place}的{product}：{speech}"
    return replace(
        entry, id=f"{entry.id}-{turn}", question=f"{place}的{product}，{_plain(entry.question)}", similar=similar,
        answer=Answer(answer, speech), keywords=(*entry.keywords[:2], product), channels=(), regions=(), segments=(),
        valid_from=None, valid_to=None, related=(), note=f"{brand}{month}",
    )  # fmt: skip


def _facets(turn: int, template: int) -> tuple[str, str, str, str]:
    number = (turn * _STEP + template * 37) % MOST
    place, product = divmod(number, len(PRODUCTS))
    return PLACES[place], PRODUCTS[product], BRANDS[(turn + template) % len(BRANDS)], MONTHS[turn % len(MONTHS)]


def _plain(question: str) -> str:
    """Without the names that are put in front."""
    return _NAMES.sub("", question).rstrip("？?。")
