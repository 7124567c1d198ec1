"""Addresses: levels of names (省 市 区 镇), a road or a place, a house number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entities.types import Entity

#: Characters that are in no place's name worth finding: they end whatever stands before an address.
_STOP = "我你您他她它们咱俺的了在是到去来从往给把被帮请要想搬移装住这那哪也还没不吗呢吧啊哦呀过对问址于跟有网带修坏断省市叫就说个号"
_C = rf"(?:(?![{_STOP}])[\u4e00-\u9fff])"
_NUM = r"[\d一二三四五六七八九十百零〇]{1,5}"
_PROVINCE = (r"(?:北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾"
             r"|内蒙古?|广西(?:壮族)?|西藏|宁夏(?:回族)?|新疆(?:维吾尔)?)(?:省|市|自治区)?")
_CITY = rf"{_C}{{1,6}}?(?:市(?!场|话|民|区$)|自治州|地区)"
_DISTRICT = rf"(?:市[中北南东西]区|{_C}{{1,6}}?(?:(?<!小)(?<!社)(?<!地)(?<!厂)(?<!校)(?<!园)(?<!景)区(?!别|域|号|间)|县(?!城)|旗(?!舰)))"
_TOWN = rf"{_C}{{1,6}}?(?:镇(?!上)|乡(?!下)|街道)"
_ROAD = rf"{_C}{{1,7}}?(?:(?<![网线电通思走半短断套问回门铁后支])路(?!由|上|口|边|过|灯|费|程)|大街|街(?!道|上|坊)|大道|胡同|巷(?:子)?|弄)"
_PLACE = (rf"{_C}{{1,8}}?(?:小区|社区|花园|家园|公寓|新村|山庄|别墅|大厦|广场|公馆|家属院|大院|宿舍|新城|村委会|村|屯|庄|寨|湾|苑|府|庭|园|城(?!里|市|乡|区)"
          r"|中心|学校|大学|中学|小学|医院|厂|大楼|写字楼|科技园|工业园|名都|雅居|世家|国际|公社|坪|坳|组团)")
_UNIT = rf"[东西南北中]?(?:[a-z]|{_NUM})(?:号院|号楼|号|弄|栋|幢|座|楼|层|单元|室|户|组|社(?!区)|队|期|排|门|区|堂)"
_DETAIL = (rf"(?:{_UNIT}(?:\s?{_UNIT})*(?:\s?\d{{1,4}}(?:-\d{{1,4}}){{0,2}}(?![\d元块兆个月年天次gm.点])(?:室|户|号)?)?"
           rf"|\d{{1,4}}(?:[-—]\d{{1,4}}){{1,3}}(?:室|户|号)?(?!\d))")
_ADDRESS = re.compile(
    rf"(?P<province>{_PROVINCE})?(?P<city>{_CITY})?(?P<district>{_DISTRICT})?(?P<town>{_TOWN})?"
    rf"(?P<road>{_ROAD})?(?P<no>(?<=[路街道巷弄同子]){_NUM}号(?![院楼栋]))?(?P<place>{_PLACE})?(?P<place2>{_PLACE})?[ ]?(?P<detail>{_DETAIL})?")
_LEAD = re.compile(
    r"^(?:家里?(?!园|和|乐|兴|福)|老家|新家|新房子?|公司|单位|门店|店里|地点|安装|宽带|位置|具体|现|光猫|手机|电话|信号|以后|马上|准备|后面|这边|换|送|寄)+")
_NO_PLACE = re.compile(
    r"^(?:一|半|这|那|哪|整个|全|本|老|新|大|隔壁|附近|旁边|所有|别个|每个|家里|屋里|手里|手机|电视|卡|夜|店|农|乡|山|同一个|同|高铁|地铁|全国|省内|省外|异地|市|机房|营业厅?|客服|服务|呼叫|数据|会员|个人|用户)"
    r"(?:路|街|村|城|小区|社区|园|中心|大厦|区|国际|市|厂|府|大街|巷|弄)")
_SURE_UNIT = re.compile(r"[栋幢座弄]|单元|号楼|室")
_LEVELS = ("province", "city", "district", "town", "road", "place", "place2")
_CUE = re.compile(r"[路街巷弄村屯庄寨湾镇乡县区市省苑园城号栋幢座楼室组队]|单元|小区|胡同|大道|公寓|大厦|广场|-")


def find_addresses(text: str) -> Iterator[Entity]:
    """Places of a flattened text: with a house number, or with two levels of names."""
    if not _CUE.search(text):
        return
    position = 0
    while match := _search(text, position):
        position = max(match.end(), match.start() + 1)
        found = _entity(text, match)
        if found:
            yield found
            position = max(found.end, position)


def _search(text: str, position: int) -> re.Match[str] | None:
    """The next place where anything of an address stands."""
    while position < len(text):
        match = _ADDRESS.match(text, position)
        if match and match.end() > position and any(match[name] for name in (*_LEVELS, "detail")):
            return match
        position += 1
    return None


def _entity(text: str, match: re.Match[str]) -> Entity | None:
    start, end = match.start(), match.end()
    while lead := _LEAD.match(text[start:end]):
        start += lead.end()
    said = text[start:end].rstrip()
    end = start + len(said)
    names = [match[name] for name in _LEVELS if match[name]]
    detail = match["no"] or match["detail"] or ""
    if _NO_PLACE.match(said) or len(said) < 4:
        return None
    if not names:
        units = re.findall(_UNIT, detail)
        good = len(units) >= 2 and bool(_SURE_UNIT.search(detail))
    elif detail:
        named = match["road"] or match["place"] or match["place2"] or match["town"] or match["district"]
        good = bool(named) and start < (at := match.start("no" if match["no"] else "detail")) and (len(names) > 1 or at - start >= 3)
    else:
        good = len(names) >= 2
    return Entity("address", None, start, end, "") if good else None
