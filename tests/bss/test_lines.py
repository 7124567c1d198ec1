"""Line tests, outages, remote actions, coverage."""

import pytest

from bss import types as t
from bss.catalogue import default_catalogue
from bss.demo import DemoOperator
from bss.demo.crowd import crowd
from bss.ports import Operator
from bss.service_types import FAULT_CODES

ZHANG, LI, WANG, ZHAO, LIU, CHEN = (f"1380000000{n}" for n in range(1, 7))


async def test_every_result_is_one_of_the_known_codes(demo: DemoOperator) -> None:
    seen = set()
    for phone in await demo.phones():
        for check in t.Check:
            result = await demo.operator.line_test.run(phone, check)
            seen.add(result.verdict)
            expected = {
                t.Verdict.OK: ("ok",),
                t.Verdict.UNKNOWN: ("no_line", "unreachable"),
                t.Verdict.FAULT: FAULT_CODES[check],
            }[result.verdict]
            assert result.code in expected
            assert result.check is check
    assert seen == set(t.Verdict)


async def test_a_port_reset_cures_a_session_that_was_offline(demo: DemoOperator, operator: Operator) -> None:
    await demo.set_line(ZHANG, t.Check.SESSION, "offline")
    await demo.set_line(ZHANG, t.Check.SPEED, "slow")
    result = await operator.remote.reset_port(ZHANG, "a")
    assert (result.done, set(result.fixed)) == (True, {"session"})
    assert (await operator.line_test.run(ZHANG, t.Check.SESSION)).code == "ok"
    assert (await operator.line_test.run(ZHANG, t.Check.SPEED)).code == "ok"


@pytest.mark.parametrize(
    ("action", "check", "code"),
    [
        ("reset_port", t.Check.SESSION, "flapping"),
        ("reset_port", t.Check.SPEED, "slow"),
        ("refresh_auth", t.Check.AUTH, "auth_failed"),
        ("refresh_auth", t.Check.IPTV, "iptv_auth_failed"),
        ("reboot_modem", t.Check.WIFI, "wifi_off"),
        ("reboot_modem", t.Check.IPTV, "iptv_offline"),
        ("refresh_mobile", t.Check.MOBILE, "no_registration"),
        ("refresh_mobile", t.Check.MOBILE, "data_off"),
        ("refresh_mobile", t.Check.MOBILE, "volte_off"),
    ],
)
async def test_a_remote_action_cures_what_it_is_for(
    demo: DemoOperator, operator: Operator, action: str, check: t.Check, code: str
) -> None:
    await demo.set_line(ZHANG, check, code)
    assert (await operator.line_test.run(ZHANG, check)).code == code
    result = await getattr(operator.remote, action)(ZHANG, "a")
    assert result.fixed == (check.value,)
    assert (await operator.line_test.run(ZHANG, check)).code == "ok"


async def test_no_remote_action_brings_light_back(operator: Operator) -> None:
    for action in ("reset_port", "refresh_auth", "reboot_modem"):
        result = await getattr(operator.remote, action)(LI, action)
        assert (result.done, result.fixed) == (True, ())
    assert (await operator.line_test.run(LI, t.Check.OPTICAL)).code == "los"


async def test_no_remote_action_ends_an_arrears_suspension(operator: Operator) -> None:
    assert (await operator.remote.refresh_auth(WANG, "a")).fixed == ()
    assert (await operator.remote.refresh_mobile(WANG, "b")).fixed == ()
    assert (await operator.line_test.run(WANG, t.Check.MOBILE)).code == "arrears"


async def test_an_action_on_a_line_that_is_not_there_is_not_done(operator: Operator) -> None:
    assert not (await operator.remote.reset_port(CHEN, "a")).done


async def test_a_repair_visit_and_the_end_of_an_outage_mend_the_line(
    demo: DemoOperator, operator: Operator
) -> None:
    await demo.repair_line(LI)
    assert (await operator.line_test.run(LI, t.Check.OPTICAL)).code == "ok"
    assert (await operator.line_test.run(LI, t.Check.IPTV)).code == "ok"
    await demo.end_outages("滨江花园")
    assert await operator.problems.outage(ZHAO) is None
    assert (await operator.line_test.run(ZHAO, t.Check.SESSION)).code == "ok"


async def test_a_generated_customer_ends_solved_after_a_reset(demo: DemoOperator, operator: Operator) -> None:
    phones = set(await demo.phones())
    curable = ("offline", "flapping")
    found = [p for p in crowd(30, default_catalogue())
             if p.faults.get(t.Check.SESSION) in curable and p.status is t.CustomerStatus.ACTIVE]  # fmt: skip
    assert found and found[0].phone in phones
    assert "session" in (await operator.remote.reset_port(found[0].phone, "a")).fixed


async def test_speed_is_measured_against_the_contract(operator: Operator) -> None:
    speed = await operator.line_test.run(ZHANG, t.Check.SPEED)
    assert speed.evidence["contract_mbps"] == 300
    assert 270 <= speed.evidence["mbps"] <= 300


async def test_all_data_used_is_throttled(demo: DemoOperator, operator: Operator) -> None:
    throttled = [
        p for p in await demo.phones()
        if (await operator.line_test.run(p, t.Check.MOBILE)).code == "throttled"
    ]  # fmt: skip
    for phone in throttled:
        assert (await operator.usage.usage(phone)).data_left_mb == 0


async def test_coverage_depends_on_the_address(operator: Operator) -> None:
    town = await operator.addresses.coverage("云港市翠湖新村8幢")
    assert town.covered and 1000 in town.speeds_mbps
    village = await operator.addresses.coverage("东风村3组")
    assert village.speeds_mbps == (100, 300)
    assert not (await operator.addresses.coverage("外省某地")).covered


async def test_somewhere_else_there_is_no_outage(operator: Operator) -> None:
    assert await operator.problems.outage(ZHANG) is None
    assert await operator.problems.outage_in("没有的小区") is None
