"""What is said for what is written: words with several readings, tones in speech, letters, figures."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.framework.replies import Replies
from voice_gateway.synthesis.clauses import clauses
from voice_gateway.synthesis.frontend import spoken_clauses
from voice_gateway.synthesis.pronounce import Pronouncer
from voice_gateway.synthesis.symbols import SymbolTable
from voice_gateway.synthesis.written import in_words


def said(pronouncer: Pronouncer, text: str) -> str:
    return " / ".join(" ".join(str(syllable) for word in words for syllable in word.syllables)
                      for _, words in spoken_clauses(text, pronouncer))  # fmt: skip


WORDS = [
    ("充值", "chong1 zhi2"),
    ("重启光猫", "chong2 qi3 guang1 mao1"),
    ("重新登录", "chong2 xin1 deng1 lu4"),
    ("重置密码", "chong2 zhi4 mi4 ma3"),
    ("十秒后重插", "shi2 miao3 hou4 chong2 cha1"),
    ("病情很重", "bing4 qing2 hen3 zhong4"),
    ("调制解调器", "tiao2 zhi4 jie3 tiao2 qi4"),
    ("我们会调录音", "wo3 men5 hui4 diao4 lu4 yin1"),
    ("音量调到最大", "yin1 liang4 tiao2 dao4 zui4 da4"),
    ("宽带", "kuan1 dai4"),
    ("银行卡", "yin2 hang2 ka3"),
    ("这样就行", "zhe4 yang4 jiu4 xing2"),
    ("发卡行", "fa1 ka3 hang2"),
    ("第一行", "di4 yi1 hang2"),
    ("还款日", "huan2 kuan3 ri4"),
    ("先还清", "xian1 huan2 qing1"),
    ("还不行", "hai2 bu4 xing2"),
    ("国内长途", "guo2 nei4 chang2 tu2"),
    ("号码太长", "hao4 ma3 tai4 chang2"),
    ("家长可以办", "jia1 zhang3 ke2 yi3 ban4"),
    ("降档", "jiang4 dang4"),
    ("速率不变", "su4 lv4 bu2 bian4"),
    ("补差价", "bu3 cha1 jia4"),
    ("您得本人去", "nin2 dei3 ben3 ren2 qu4"),
    ("住得久", "zhu4 de5 jiu3"),
    ("看得到", "kan4 de5 dao4"),
    ("慢慢地说", "man4 man4 de5 shuo1"),
    ("归属地", "gui1 shu3 di4"),
    ("以账单为准", "yi3 zhang4 dan1 wei2 zhun3"),
    ("为您服务", "wei4 nin2 fu2 wu4"),
    ("没收到短信", "mei2 shou1 dao4 duan3 xin4"),
    ("急着重装", "ji2 zhe5 chong2 zhuang1"),
    ("够不着", "gou4 bu4 zhao2"),
    ("上传照片", "shang4 chuan2 zhao4 pian4"),
    ("电子发票", "dian4 zi3 fa1 piao4"),
    ("单子", "dan1 zi5"),
    ("弹出窗口", "tan2 chu1 chuang1 kou3"),
    ("便宜又方便", "pian2 yi5 you4 fang1 bian4"),
    ("变更套餐", "bian4 geng1 tao4 can1"),
    ("转圈", "zhuan4 quan1"),
    ("觉得", "jue2 de5"),
    ("请您稍等", "qing3 nin2 shao1 deng3"),
]  # fmt: skip

TONES = [
    ("不是", "bu2 shi4"),
    ("不能", "bu4 neng2"),
    ("是不是", "shi4 bu5 shi4"),
    ("对不起", "dui4 bu5 qi3"),
    ("一个", "yi2 ge4"),
    ("一定", "yi2 ding4"),
    ("一天", "yi4 tian1"),
    ("一年", "yi4 nian2"),
    ("一起", "yi4 qi3"),
    ("第一", "di4 yi1"),
    ("一月", "yi1 yue4"),
    ("统一", "tong3 yi1"),
    ("看一看", "kan4 yi5 kan4"),
    ("一点五", "yi1 dian2 wu3"),
    ("一点儿", "yi4 dianr3"),
    ("二十一元", "er4 shi2 yi1 yuan2"),
    ("可以", "ke2 yi3"),
    ("手机", "shou3 ji1"),
    ("你好", "ni2 hao3"),
    ("我很好", "wo2 hen2 hao3"),
    ("买水果", "mai3 shui2 guo3"),
    ("也可以走", "ye3 ke2 yi2 zou3"),
    ("展览馆", "zhan2 lan2 guan3"),
    ("这儿", "zher4"),
    ("女儿", "nv3 er2"),
    ("谢谢", "xie4 xie5"),
    ("等等", "deng2 deng5"),
]

LETTERS = [
    ("5G", "wu3 ji4"),
    ("APP", "ei1 pi4 pi4"),
    ("app", "ei1 pi4 pi4"),
    ("ＡＰＰ", "ei1 pi4 pi4"),
    ("Wi-Fi", "wai4 fai4"),
    ("WiFi6", "wai4 fai4 liu4"),
    ("IPTV", "ai4 pi4 ti4 wei1"),
    ("VoLTE", "wei1 ou1 ai2 lou5 ti4 yi4"),
    ("eSIM卡", "yi4 xi1 mu5 ka3"),
    ("三十GB", "san1 shi2 ji4 bi4"),
    ("Q币", "kiu4 bi4"),
    ("WAN口", "wan4 kou3"),
    ("VPN", "wei1 pi4 en1"),
    ("U盾", "you1 dun4"),
    ("Cat1", "kai1 te4 yi1"),
]

FIGURES = [
    ("每月129元", "每月一百二十九元"),
    ("35.80元", "三十五元八角"),
    ("拨打10086", "拨打幺零零八六"),
    ("拨打110", "拨打幺幺零"),
    ("10000元", "一万元"),
    ("400-800-1234", "四零零、八零零、幺二三四"),
    ("13800000001", "幺三八、零零零零、零零零幺"),
    ("14:30到15:00", "十四点三十分到十五点"),
    ("2026-03-02", "二零二六年三月二日"),
    ("2026年3月", "二零二六年三月"),
    ("用了50%", "用了百分之五十"),
    ("3-5天", "三到五天"),
    ("2个月", "两个月"),
    ("¥12.5", "十二元五角"),
    ("-5℃", "负五摄氏度"),
    ("1,280积分", "一千二百八十积分"),
    ("1.5GB", "一点五个G"),
    ("*100#", "星号幺零零井号"),
    ("**重要**", "重要"),
]


@pytest.mark.parametrize(("text", "pinyin"), WORDS + TONES + LETTERS)
def test_a_text_is_said_as_people_say_it(pronouncer: Pronouncer, text: str, pinyin: str):
    assert said(pronouncer, text) == pinyin


@pytest.mark.parametrize(("text", "words"), FIGURES)
def test_figures_and_signs_are_put_into_words(text: str, words: str):
    assert in_words(text) == words


def test_marks_say_what_a_number_is():
    replies = Replies({"a.b": {"text": "{{ fen | amount }}，{{ n | phone }}，{{ t | ticket_id }}，{{ mb | data_volume }}，{{ d | date }}，"
                                       "{{ at | time }}，{{ m | month }}，{{ k | minutes }}，{{ raw }}"}})  # fmt: skip
    at = dt.datetime(2026, 3, 2, 14, 5)
    speech = replies.say("a.b", fen=3580, n="10086", t="GD2603020001", mb=12.4 * 1024, d=at.date(), at=at, m="2026-02", k=2,
                         raw="甲<乙").speech  # fmt: skip
    assert in_words(speech) == ("三十五元八角,幺零零八六,GD、二六、零三零二、零零零幺,十二点四个G,三月二日,三月二日十四点零五分,"
                                "二零二六年二月,两分钟,甲小于乙")  # fmt: skip


@pytest.mark.parametrize(("mark", "words"), [
    ('<say-as interpret-as="amount">many</say-as>', "many"),
    ('<say-as interpret-as="date">soon</say-as>', "soon"),
    ('<say-as interpret-as="colour">红</say-as>', "红"),
    ('<say-as interpret-as="amount">-5</say-as><break time="300ms"/>好', "负五元,好"),
])  # fmt: skip
def test_a_mark_that_does_not_fit_is_read_as_text(mark: str, words: str):
    assert in_words(mark) == words


def test_a_text_is_cut_where_a_speaker_breathes():
    assert list(clauses("您好，请先重启光猫。还不行？联系我们！\n谢谢")) == ["您好", "请先重启光猫", "还不行", "联系我们", "谢谢"]
    assert list(clauses("，。！\n、😀")) == []
    assert list(clauses("Wi-Fi慢，去yida.cn看")) == ["Wi-Fi慢", "去yida.cn看"]
    assert list(clauses("套餐费、超出费")) == ["套餐费、超出费"], "a list is one clause with short stops"


def test_a_clause_without_end_is_cut_between_words():
    parts = list(clauses("这段话没有标点" * 20 + "ABC"))
    assert all(10 <= len(part) <= 30 for part in parts[:-1])
    assert "".join(parts) == "这段话没有标点" * 20 + "ABC"


def test_stops_in_a_list_are_short(pronouncer: Pronouncer, table: SymbolTable):
    (_, words), = spoken_clauses("话费、流量、积分", pronouncer)
    assert [word.stop for word in words] == [False, True, True]
    assert table.symbols(words).count("#3") == 2


@pytest.mark.parametrize("text", ["", "。", "😀🎉", "\x00\x07", "Ωµß", "\ud800", "𠮷𪚥", "ㄅㄆㄇ", "한국어", "<say-as", "١٢٣", "①②"])
def test_odd_characters_are_passed_over(pronouncer: Pronouncer, text: str):
    assert said(pronouncer, f"您好{text}再见").startswith("nin2 hao3")


@settings(max_examples=80, deadline=None)
@given(text=st.text(max_size=40))
def test_no_text_is_refused(pronouncer: Pronouncer, text: str):
    said(pronouncer, text)


def test_letters_mandarin_lacks_are_put_together(pronouncer: Pronouncer, table: SymbolTable):
    (_, words), = spoken_clauses("Wi-Fi和QQ", pronouncer)
    assert all(table.knows(syllable) for word in words for syllable in word.syllables)
    (_, words), = spoken_clauses("ABCDEFGHIJKLMNOPQRSTUVWXYZ", pronouncer)
    assert all(table.knows(syllable) for word in words for syllable in word.syllables)
