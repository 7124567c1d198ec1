"""One-time codes on a virtual clock."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import create_engine, text

from bss import errors as e
from bss.demo import DemoOperator
from bss.identity import OneTimeCodes, open_identity
from common.clock import FakeClock

ZHANG, LI = "13800000001", "13800000002"


@pytest.fixture
async def codes(demo: DemoOperator, clock: FakeClock, tmp_path) -> AsyncIterator[OneTimeCodes]:
    made = open_identity(f"sqlite:///{tmp_path / 'yida.db'}", demo.operator.messages, clock, secret="s3cret")
    yield made
    made.close()


async def sent_code(demo: DemoOperator, phone: str = ZHANG) -> str:
    """The code in the newest message."""
    found = re.search(r"验证码是(\d{6})", (await demo.messages(phone))[0].text)
    assert found
    return found.group(1)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_the_code_that_was_sent_proves_the_phone_to_this_conversation_only(
    demo: DemoOperator, codes: OneTimeCodes
) -> None:
    sent = await codes.request(ZHANG)
    assert sent.left_today == 4
    assert await codes.proven_phone("c1") is None
    await codes.verify(ZHANG, await sent_code(demo), "c1")
    assert await codes.proven_phone("c1") == ZHANG
    assert await codes.proven_phone("c2") is None


async def test_a_code_spoken_with_pauses_is_good(demo: DemoOperator, codes: OneTimeCodes) -> None:
    await codes.request(ZHANG)
    await codes.verify(ZHANG, " ".join(await sent_code(demo)), "c1")


async def test_a_code_is_good_once(demo: DemoOperator, codes: OneTimeCodes) -> None:
    await codes.request(ZHANG)
    code = await sent_code(demo)
    await codes.verify(ZHANG, code, "c1")
    with pytest.raises(e.CodeExpired):
        await codes.verify(ZHANG, code, "c2")


async def test_the_same_message_once_more_is_good_where_its_answer_was_lost(
    demo: DemoOperator, codes: OneTimeCodes
) -> None:
    await codes.request(ZHANG)
    code = await sent_code(demo)
    await codes.verify(ZHANG, code, "c1")
    await codes.verify(ZHANG, code, "c1")
    await codes.revoke("c1")
    with pytest.raises(e.CodeExpired):
        await codes.verify(ZHANG, code, "c1")


async def test_twenty_uses_at_once_prove_one_conversation(demo: DemoOperator, codes: OneTimeCodes) -> None:
    await codes.request(ZHANG)
    code = await sent_code(demo)
    tried = await asyncio.gather(
        *(codes.verify(ZHANG, code, f"c{n}") for n in range(20)), return_exceptions=True
    )
    assert sum(x is None for x in tried) == 1


async def test_a_code_lives_five_minutes(demo: DemoOperator, codes: OneTimeCodes, clock: FakeClock) -> None:
    await codes.request(ZHANG)
    clock.advance(299)
    first = await sent_code(demo)
    await codes.verify(ZHANG, first, "c1")
    await codes.request(ZHANG)
    clock.advance(300)
    with pytest.raises(e.CodeExpired):
        await codes.verify(ZHANG, await sent_code(demo), "c1")


async def test_three_wrong_tries_spend_the_code(demo: DemoOperator, codes: OneTimeCodes) -> None:
    await codes.request(ZHANG)
    code = await sent_code(demo)
    for left in (2, 1):
        with pytest.raises(e.CodeWrong) as caught:
            await codes.verify(ZHANG, other_than(code), "c1")
        assert caught.value.tries_left == left
        assert f"还可以试{left}次" in caught.value.message_zh
    with pytest.raises(e.CodeTriesSpent):
        await codes.verify(ZHANG, other_than(code), "c1")
    with pytest.raises(e.CodeTriesSpent):
        await codes.verify(ZHANG, code, "c1")
    assert await codes.proven_phone("c1") is None


async def test_guesses_at_once_are_counted_one_by_one(demo: DemoOperator, codes: OneTimeCodes) -> None:
    await codes.request(ZHANG)
    code = await sent_code(demo)
    tried = await asyncio.gather(
        *(codes.verify(ZHANG, other_than(code), "c") for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(x, e.CodeWrong) for x in tried) == 2
    assert sum(isinstance(x, e.CodeTriesSpent) for x in tried) == 18


@pytest.mark.parametrize("nonsense", ["", "12345", "1234567", "abcdef", "一二三四五六", "１２３４５６"])
async def test_nonsense_is_a_wrong_code(codes: OneTimeCodes, nonsense: str) -> None:
    await codes.request(ZHANG)
    with pytest.raises(e.CodeWrong):
        await codes.verify(ZHANG, nonsense, "c1")


async def test_the_code_of_one_phone_is_no_use_for_another(demo: DemoOperator, codes: OneTimeCodes) -> None:
    await codes.request(ZHANG)
    with pytest.raises(e.CodeExpired):
        await codes.verify(LI, await sent_code(demo), "c1")


async def test_only_the_newest_code_is_good(
    demo: DemoOperator, codes: OneTimeCodes, clock: FakeClock
) -> None:
    await codes.request(ZHANG)
    old = await sent_code(demo)
    clock.advance(60)
    await codes.request(ZHANG)
    if await sent_code(demo) != old:
        with pytest.raises(e.CodeWrong):
            await codes.verify(ZHANG, old, "c1")
    await codes.verify(ZHANG, await sent_code(demo), "c1")


async def test_one_code_a_minute_and_five_a_day(
    demo: DemoOperator, codes: OneTimeCodes, clock: FakeClock
) -> None:
    for n in range(5):
        assert (await codes.request(ZHANG)).left_today == 4 - n
        with pytest.raises(e.CodeTooSoon) as caught:
            await codes.request(ZHANG)
        assert caught.value.wait_seconds == 60
        clock.advance(60)
    with pytest.raises(e.CodeQuotaSpent) as spent:
        await codes.request(ZHANG)
    assert "明天再试" in spent.value.message_zh
    await codes.request(LI)
    assert len(await demo.messages(ZHANG)) == 5
    clock.advance(24 * 3600)
    await codes.request(ZHANG)


async def test_twenty_requests_at_once_send_one_code(demo: DemoOperator, codes: OneTimeCodes) -> None:
    tried = await asyncio.gather(*(codes.request(ZHANG) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(x, e.CodeTooSoon) for x in tried) == 19
    assert len(await demo.messages(ZHANG)) == 1


async def test_a_code_that_could_not_be_sent_does_not_count(demo: DemoOperator, codes: OneTimeCodes) -> None:
    demo.faults.fail("messages")
    with pytest.raises(e.SystemUnavailable):
        await codes.request(ZHANG)
    demo.faults.clear()
    assert (await codes.request(ZHANG)).left_today == 4


@pytest.mark.parametrize("phone", ["13712345678", "张伟", "", "1" * 21])
async def test_a_stranger_gets_no_code(codes: OneTimeCodes, phone: str) -> None:
    for _ in range(2):
        with pytest.raises(e.NotACustomer):
            await codes.request(phone)
    with pytest.raises(e.CodeExpired):
        await codes.verify(phone, "123456", "c1")


async def test_a_proof_lasts_half_an_hour_and_can_be_revoked(codes: OneTimeCodes, clock: FakeClock) -> None:
    await codes.proofs.prove("c1", ZHANG)
    clock.advance(1799)
    assert await codes.proven_phone("c1") == ZHANG
    clock.advance(1)
    assert await codes.proven_phone("c1") is None
    await codes.proofs.prove("c1", LI)
    assert await codes.proven_phone("c1") == LI
    await codes.revoke("c1")
    assert await codes.proven_phone("c1") is None


async def test_no_code_is_kept_in_the_open(demo: DemoOperator, codes: OneTimeCodes, tmp_path) -> None:
    await codes.request(ZHANG)
    code = await sent_code(demo)
    with create_engine(f"sqlite:///{tmp_path / 'yida.db'}").connect() as connection:
        kept = [str(value) for row in connection.execute(text("SELECT * FROM id_code")) for value in row]
    assert not any(code in value for value in kept if len(value) < 30)
    assert any(len(value) == 64 for value in kept)


async def test_clearing_forgets_codes_and_proofs(demo: DemoOperator, codes: OneTimeCodes) -> None:
    await codes.request(ZHANG)
    await codes.proofs.prove("c1", ZHANG)
    await codes.clear()
    assert await codes.proven_phone("c1") is None
    await codes.request(ZHANG)
