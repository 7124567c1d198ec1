"""Whatever happens, in whatever order: no exception, no long silence that is ours, nothing due after the end."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.voice_gateway.machine.line import PhoneLine
from voice_gateway.machine.commands import Play, PlayTone
from voice_gateway.machine.events import Connected
from voice_gateway.machine.states import State

STEPS = st.lists(
    st.sampled_from([
        "说 查话费", "说 嗯", "说 人工", "说 等一下", "说 再说一遍", "说 不对", "说 慢一点", "小声 呃", "含糊 查花费", "按 1", "按 2", "按 9",
        "按 0", "按 *", "按 #", "按 13800000001#", "等 0.3", "等 1.5", "等 5", "等 12", "等 70", "听完", "机器人 您的话费余额是三十五元八角。",
        "机器人坏", "坏 recogniser", "修好 recogniser", "坏 bot", "修好 bot", "坏 synthesiser", "修好 synthesiser", "排队 3 8", "人工 closed",
        "人工 failed", "登记 成", "登记 败",
    ]),
    max_size=14,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.booleans())
def test_any_row_of_events_is_survived(steps: list[str], elder: bool) -> None:
    call = PhoneLine(Connected(elder_on_file=elder))
    call.run("\n".join(steps))
    assert call.of(Play) or call.of(PlayTone)
    assert call.longest_silence <= 4.05, steps
    call.run("挂机\n等 200")
    assert call.machine.state is State.ENDED
    assert call.machine.timers == {}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_a_call_that_nobody_ends_ends_itself(steps: list[str]) -> None:
    call = PhoneLine()
    call.run("\n".join(steps))
    for _ in range(40):
        call.run("听完\n等 30")
        if call.machine.state in (State.ENDED, State.BRIDGED, State.QUEUED, State.TRANSFER, State.CONNECTING):
            return
    raise AssertionError((steps, call.machine.state, call.machine.timers))
