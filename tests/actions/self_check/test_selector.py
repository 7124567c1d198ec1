"""The first words choose the tree; where they do not, one question does."""

from __future__ import annotations

import pytest

from actions.self_check.engine import Engine
from actions.self_check.selector import choose_tree
from actions.self_check.steps import Answer, Ask

CHOICES = """
report_broadband_fault|光猫红灯|broadband_down
report_broadband_fault|LOS 闪红|broadband_down
report_broadband_fault|光信号灯红|broadband_down
report_broadband_fault|连得上WiFi上不了网|broadband_down
report_broadband_fault|屋头网断咯|broadband_down
report_broadband_fault|屋企上唔到网|broadband_down
report_broadband_fault|网速慢|broadband_slow
report_broadband_fault|打游戏延迟高|broadband_slow
report_broadband_fault|老掉线|broadband_dropping
report_broadband_fault|网络时好时坏|broadband_dropping
report_broadband_fault|卧室WiFi信号差|wifi_weak
report_broadband_fault|宽带有毛病|select_broadband
report_mobile_fault|没信号|mobile_no_signal
report_mobile_fault|打不出电话|mobile_cannot_call
report_mobile_fault|5G 很慢|mobile_data_slow
report_mobile_fault|手机上不了网|mobile_data_slow
report_mobile_fault|收不到验证码|mobile_no_sms
report_mobile_fault|手机有毛病|select_mobile
report_iptv_fault|电视没画面|iptv_no_picture
report_iptv_fault|错误代码 1302|iptv_error_code
report_iptv_fault|电视错误代码一三零二|iptv_error_code
report_iptv_fault|电视卡得很|iptv_stutter
report_iptv_fault|座机没声音|landline_no_tone
report_iptv_fault|坏了|select_iptv
enterprise_service|我们公司专线断了|leased_line
enterprise_service|企业客户报障|leased_line
|电视没画面|iptv_no_picture
|我要报修|select_any
report_broadband_fault|电视没画面|iptv_no_picture
report_mobile_fault|家里宽带断了|broadband_down
"""


@pytest.mark.parametrize(("intent", "said", "tree"), [r.split("|") for r in CHOICES.strip().splitlines()])
def test_the_first_words_choose_the_tree(engine: Engine, intent: str, said: str, tree: str) -> None:
    assert choose_tree(engine.trees, intent or None, said) == tree


def test_one_question_leads_on_to_the_tree(engine: Engine) -> None:
    step = engine.start(choose_tree(engine.trees, "report_broadband_fault", "宽带有毛病"), "宽带有毛病")
    assert isinstance(step.do, Ask)
    assert [c.title for c in step.do.options] == ["上不了网", "很慢", "老断线", "WiFi信号弱"]
    assert engine.feed(step.state, Answer("老断")).state.tree == "broadband_dropping"
