"""Where customers travel, by the regions of the roaming packs."""

from __future__ import annotations

from actions.hearing import named, positive

PLACES: dict[str, tuple[str, ...]] = {
    "港澳台": ("港澳", "香港", "澳门", "台湾", "台北", "九龙", "hk", "港澳台"),
    "亚洲": ("日本", "东京", "大阪", "冲绳", "韩国", "首尔", "泰国", "曼谷", "普吉", "清迈", "台果", "新加坡", "马来", "吉隆坡",
             "越南", "河内", "柬埔寨", "老挝", "缅甸", "菲律宾", "印尼", "雅加达", "巴厘", "东南亚", "日韩", "新马泰", "印度", "亚洲"),
    "欧美澳": ("美国", "纽约", "洛杉矶", "加拿大", "温哥华", "英国", "伦敦", "法国", "巴黎", "德国", "意大利", "西班牙", "欧洲", "瑞士",
               "荷兰", "鹿特丹", "波兰", "澳洲", "澳大利亚", "墨尔本", "悉尼", "新西兰", "欧美", "北美"),
    "全球": ("俄罗斯", "哈萨克", "迪拜", "阿联酋", "沙特", "土耳其", "埃及", "非洲", "肯尼亚", "南非", "巴西", "墨西哥", "阿根廷", "南美",
             "伊朗", "蒙古", "几个国家", "好几个国家", "全球", "环球", "全求"),
}  # fmt: skip


def region_of(text: str) -> str | None:
    """The region of the places named; several regions at once are 全球, none is None."""
    found = named(positive(text), PLACES)
    if len(found) > 1:
        return "全球"
    return found[0] if found else None
