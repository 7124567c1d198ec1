"""The chat page's websocket, frame by frame, as bot/web/README.md promises it."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType
from aiohttp.test_utils import TestClient

from bot.channels import web as channel
from bot.gateway.keys import CONVERSATIONS
from tests.bot.fake_rasa import FakeRasa
from tests.bot.web.helpers import until

Frame = dict[str, Any]


class Page:
    """A page without a browser; `frames` is everything that came, in order."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket, self.frames = socket, list[Frame]()

    async def send(self, **frame: Any) -> None:
        await self.socket.send_str(json.dumps(frame))

    async def next(self, kind: str, seconds: float = 15) -> Frame:
        """The next frame of this kind; those before it stay in `frames`."""
        while True:
            got = await self.socket.receive(seconds)
            assert got.type == WSMsgType.TEXT, got
            self.frames.append(json.loads(got.data))
            if self.frames[-1]["type"] == kind:
                return self.frames[-1]

    async def until_answered(self, text: str, message_id: str, **more: str) -> list[Frame]:
        """Frames from sending a message to the end of typing."""
        before = len(self.frames)
        await self.send(type="message", id=message_id, text=text, **more)
        while (await self.next("typing"))["on"]:
            pass
        return self.frames[before:]

    async def closed(self, seconds: float = 3) -> int | None:
        while (await self.socket.receive(seconds)).type == WSMsgType.TEXT:
            pass
        return self.socket.close_code


class Chat:
    """A customer with a session and as many open pages as they like."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client, self.token = client, token

    async def open(self, last_seq: Any = 0, **headers: str) -> Page:
        page = Page(await self.client.ws_connect("/ws/chat", headers=headers))
        await page.send(type="hello", token=self.token, last_seq=last_seq)
        return page

    async def welcomed(self, last_seq: int = 0) -> tuple[Page, Frame]:
        page = await self.open(last_seq)
        return page, await page.next("welcome")


async def session(client: TestClient, token: Any = None) -> Frame:
    answer = await client.post("/api/chat/session", json={"token": token})
    return await answer.json()  # type: ignore[no-any-return]


@pytest.fixture
async def chat(client: TestClient) -> Chat:
    return Chat(client, (await session(client))["token"])


def said(frames: list[Frame]) -> list[tuple[int, str, str]]:
    return [(f["seq"], f["from"], f["text"]) for f in frames if f["type"] == "message"]


async def test_a_session_is_kept_and_an_unknown_token_gets_a_new_one(client: TestClient):
    first = await session(client)
    assert set(first) == {"token", "conversation_id", "profile"}
    assert await session(client, first["token"]) == first
    for wrong in (first["token"] + "x", "", 5, ["x"], None):
        other = await session(client, wrong)
        assert other["conversation_id"] != first["conversation_id"]
    for body in (b"", b"[]", b"nonsense", b"\xff", b'"x"', b"[" * 50_000):
        assert (await client.post("/api/chat/session", data=body)).status == 200


async def test_a_turn_is_confirmed_typed_and_answered(chat: Chat):
    page, welcome = await chat.welcomed()
    assert (welcome["messages"], welcome["profile"]) == ([], "standard")
    frames = await page.until_answered("查话费", "m1")
    assert [f["type"] for f in frames] == ["typing", "ack", "message", "typing"]
    assert frames[1] == {"type": "ack", "id": "m1", "seq": 1}
    assert said(frames) == [(2, "bot", "收到：查话费")]
    assert frames[2]["id"] == "m1.1" and frames[2]["at"].endswith("+08:00")


async def test_the_confirmation_does_not_wait_for_the_answer(chat: Chat, rasa: FakeRasa):
    page, _ = await chat.welcomed()
    rasa.gate.clear()
    await page.send(type="message", id="m1", text="慢")
    assert (await page.next("ack"))["seq"] == 1
    rasa.gate.set()
    await page.next("message")


async def test_coming_back_brings_what_was_missed_and_nothing_else(chat: Chat):
    page, _ = await chat.welcomed()
    await page.until_answered("甲", "m1")
    await page.socket.close()
    _, welcome = await chat.welcomed(last_seq=1)
    assert said(welcome["messages"]) == [(2, "bot", "收到：甲")]
    _, everything = await chat.welcomed()
    assert said(everything["messages"]) == [(1, "user", "甲"), (2, "bot", "收到：甲")]
    _, nothing = await chat.welcomed(last_seq=2)
    assert nothing["messages"] == []


async def test_an_answer_that_comes_while_the_page_is_away_is_kept(chat: Chat, rasa: FakeRasa):
    page, _ = await chat.welcomed()
    rasa.gate.clear()
    await page.send(type="message", id="m1", text="慢")
    await page.next("ack")
    await page.socket.close()
    rasa.gate.set()
    conversations = chat.client.app[CONVERSATIONS]
    me = chat.token.rpartition(".")[0]
    for _ in range(100):
        if (await conversations.journal.head(me)).seq == 2:
            break
        await asyncio.sleep(0.01)
    _, welcome = await chat.welcomed(last_seq=1)
    assert said(welcome["messages"]) == [(2, "bot", "收到：慢")]


async def test_the_same_id_again_is_confirmed_again_and_does_nothing(chat: Chat, rasa: FakeRasa):
    page, _ = await chat.welcomed()
    await page.until_answered("查话费", "m1")
    again = await page.until_answered("查话费", "m1")
    assert [f for f in again if f["type"] != "typing"] == [{"type": "ack", "id": "m1", "seq": 1}]
    other, _ = await chat.welcomed(last_seq=2)
    assert {"type": "ack", "id": "m1", "seq": 1} in await other.until_answered("查话费", "m1")
    assert rasa.texts == ["查话费"]


async def test_a_message_goes_to_the_other_pages_in_order(chat: Chat):
    here, _ = await chat.welcomed()
    there, _ = await chat.welcomed()
    frames = await here.until_answered("查话费", "m1", title="话费")
    await there.next("message")
    await there.next("message")
    assert said(there.frames) == [(1, "user", "查话费"), (2, "bot", "收到：查话费")]
    assert there.frames[1]["title"] == "话费"
    assert not [f for f in there.frames if f["type"] in ("ack", "typing")]
    assert [f["seq"] for f in frames if "seq" in f] == [1, 2]


async def test_five_messages_at_once_are_answered_in_order(chat: Chat, rasa: FakeRasa):
    page, _ = await chat.welcomed()
    for n in range(5):
        await page.send(type="message", id=f"m{n}", text=f"第{n}句")
    for _ in range(5):
        await page.next("message")
    assert rasa.texts == [f"第{n}句" for n in range(5)]
    assert [f["seq"] for f in page.frames if "seq" in f] == list(range(1, 11))
    assert [f["id"] for f in page.frames if f["type"] == "ack"] == [f"m{n}" for n in range(5)]
    off = await page.next("typing")
    assert off == {"type": "typing", "on": False}
    assert [f["on"] for f in page.frames if f["type"] == "typing"].count(False) == 1, "no flicker in between"


async def test_history_and_what_is_said_meanwhile_come_once_and_in_order(chat: Chat):
    """Pages that open in the middle of a busy talk see every number once, growing."""
    talker, _ = await chat.welcomed()

    async def talk() -> None:
        for n in range(20):
            await talker.until_answered(f"{n}", f"m{n}")

    async def look() -> list[int]:
        page, welcome = await chat.welcomed()
        seqs = [m["seq"] for m in welcome["messages"]]
        while not seqs or seqs[-1] < 40:
            seqs.append((await page.next("message"))["seq"])
        return seqs

    talking = asyncio.create_task(talk())
    looks = []
    for _ in range(8):
        looks.append(asyncio.create_task(look()))
        await asyncio.sleep(0.02)
    await talking
    assert await asyncio.gather(*looks) == [list(range(1, 41))] * 8


@pytest.mark.parametrize("patience", [0.5])
async def test_while_the_bot_is_away_the_message_is_kept_and_the_customer_told(
    chat: Chat, rasa: FakeRasa, patience: float
):
    rasa.down = True
    page, _ = await chat.welcomed()
    frames = await page.until_answered("查话费", "m1")
    error = next(f for f in frames if f["type"] == "error")
    assert (error["code"], error["id"]) == ("bot_unavailable", "m1")
    assert frames[1] == {"type": "ack", "id": "m1", "seq": 1}
    rasa.down = False
    frames = await page.until_answered("查话费", "m1")
    assert frames[1] == {"type": "ack", "id": "m1", "seq": 1}
    assert said(frames) == [(2, "bot", "收到：查话费")]


async def test_pings_are_answered(chat: Chat):
    page, _ = await chat.welcomed()
    await page.send(type="ping")
    assert await page.next("pong") == {"type": "pong"}


async def test_a_profile_is_kept_and_told_when_the_bot_changes_it(chat: Chat, rasa: FakeRasa):
    page, _ = await chat.welcomed()
    await page.send(type="profile", profile="elder")
    await page.until_answered("你好", "m1")
    assert rasa.turns[-1]["metadata"]["profile"] == "elder"
    _, welcome = await chat.welcomed()
    assert welcome["profile"] == "elder"
    rasa.script["正常一点"] = [{"text": "好的", "data": {"profile": "standard"}}]
    assert {"type": "profile", "profile": "standard"} in await page.until_answered("正常一点", "m2")
    assert (await session(chat.client, chat.token))["profile"] == "standard"


async def test_no_frame_tells_that_a_secret_is_awaited_or_what_it_was(chat: Chat, rasa: FakeRasa):
    rasa.script["查话费"] = [{"text": "验证码？", "data": {"secret": True, "node": "x"}}]
    page, _ = await chat.welcomed()
    frames = await page.until_answered("查话费", "m1")
    assert frames[2]["data"] == {"node": "x"}
    await page.until_answered("135790", "m2")
    _, welcome = await chat.welcomed()
    assert said(welcome["messages"])[2] == (3, "user", "••••••")


@pytest.mark.parametrize("token", ["", "web:x.y", None, 7, "rest:x.y", "web:\ud800.x"])
async def test_an_unknown_token_closes_with_4401(client: TestClient, token: Any):
    page = Page(await client.ws_connect("/ws/chat"))
    await page.send(type="hello", token=token, last_seq=0)
    assert await page.closed() == 4401


@pytest.mark.parametrize("first", ["", "nonsense", "[]", "5", '"hello"', "null", '{"type":"message"}', "[" * 9000,
                                   '{"type":"hello","last_seq":"many"}', '{"type":"hello","last_seq":1e999}',
                                   '{"type":"hello","last_seq":[]  ,"token":{}}'])  # fmt: skip
async def test_who_does_not_say_hello_is_shown_out(client: TestClient, first: str):
    socket = await client.ws_connect("/ws/chat")
    await socket.send_str(first)
    assert await Page(socket).closed() in (1008, 4401)


async def test_numbers_out_of_this_world_do_no_harm(chat: Chat):
    page, _ = await chat.welcomed(last_seq=-5)
    await page.until_answered("甲", "m1")
    huge = await chat.open(10**30)
    assert await huge.closed() == 4401


@pytest.mark.parametrize("frame", ["nonsense", "[]", "5", "{}", '{"type":"nothing"}', '{"type":["x"]}', '{"type":"profile","profile":"giant"}',
                                   '{"type":"profile","profile":["elder"]}', '{"type":"message"}', '{"type":"message","id":5,"text":"x"}',
                                   '{"type":"message","id":"","text":"x"}', '{"type":"message","id":"m1","text":{}}',
                                   '{"type":"message","id":"\\ud800","text":"x"}', '{"type":"message","id":"a\\u0000","text":"x"}',
                                   '{"type":"message","id":"m1","text":"x","title":[1]}', "[" * 9000])  # fmt: skip
async def test_garbage_is_answered_with_an_error_and_the_line_holds(chat: Chat, rasa: FakeRasa, frame: str):
    page, _ = await chat.welcomed()
    await page.socket.send_str(frame)
    error = await page.next("error")
    assert error == {"type": "error", "code": "bad_frame", "text": "消息格式不对。"}
    assert said(await page.until_answered("你好", "ok")) == [(2, "bot", "收到：你好")]
    assert rasa.texts == ["你好"]


async def test_strange_texts_are_kept_and_sent_to_all_pages(chat: Chat, rasa: FakeRasa):
    page, _ = await chat.welcomed()
    other, _ = await chat.welcomed()
    await page.until_answered("甲\ud800\x00\u202e乙", "m1", title="\ud800标题")
    message = await other.next("message")
    assert (message["text"], message["title"]) == ("甲 乙", "标题")
    assert rasa.texts == ["甲 乙"]


async def test_an_oversized_frame_ends_the_line(chat: Chat):
    page, _ = await chat.welcomed()
    await page.send(type="message", id="m1", text="查" * 20_000)
    assert await page.closed() == 1009


async def test_a_binary_frame_ends_the_line(chat: Chat):
    page, _ = await chat.welcomed()
    await page.socket.send_bytes(b"\x00\x01")
    assert await page.closed() == 1003


async def test_too_many_messages_waiting_are_refused_one_by_one(chat: Chat, rasa: FakeRasa):
    page, _ = await chat.welcomed()
    rasa.gate.clear()
    for n in range(channel.MAX_WAITING + 2):
        await page.send(type="message", id=f"m{n}", text=f"{n}")
    refused = [await page.next("error"), await page.next("error")]
    assert [(f["id"], f["code"]) for f in refused] == [("m20", "too_many_messages"), ("m21", "too_many_messages")]
    rasa.gate.set()


async def test_a_page_that_does_not_read_is_cut_off_and_catches_up_later(chat: Chat, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(channel, "MAX_UNREAD", 20)
    lazy, _ = await chat.welcomed()
    transport: Any = lazy.socket._conn.transport  # type: ignore[union-attr]
    transport.pause_reading()
    me = chat.token.rpartition(".")[0]
    conversations = chat.client.app[CONVERSATIONS]
    long = [{"text": "长" * 200_000} for _ in range(10)]
    for n in range(12):
        await asyncio.wait_for(conversations.say(me, long, "system", f"n{n}"), 10)
    await until(lambda: not conversations._listeners, 5)
    transport.resume_reading()
    _, welcome = await chat.welcomed(last_seq=118)
    assert [m["seq"] for m in welcome["messages"]] == [119, 120]


async def test_another_sites_page_may_not_connect(chat: Chat):
    with pytest.raises(Exception, match="403"):
        await chat.open(Origin="https://evil.example")
    with pytest.raises(Exception, match="403"):
        await chat.open(Origin="null")
    own = str(chat.client.make_url("")).rstrip("/")
    page = await chat.open(Origin=own)
    await page.next("welcome")


async def test_a_reset_of_the_demo_gives_open_pages_a_clean_conversation(chat: Chat, rasa: FakeRasa):
    page, _ = await chat.welcomed()
    await page.until_answered("甲", "m1")
    assert (await chat.client.post("/demo/reset")).status == 200
    assert rasa.forgotten == 1
    assert await page.closed() == 1012
    back = await chat.open(last_seq=2)
    assert await back.closed() == 4401, "what it shows is gone"
    fresh = await session(chat.client, chat.token)
    assert fresh["token"] != chat.token
    _, welcome = await Chat(chat.client, fresh["token"]).welcomed()
    assert welcome["messages"] == []


async def test_a_stop_tells_the_pages_and_does_not_wait_for_them(chat: Chat):
    page, _ = await chat.welcomed()
    stopping = asyncio.create_task(chat.client.server.close())
    got = await page.socket.receive(2)
    assert (got.type, got.data) == (WSMsgType.CLOSE, 1001)
    await asyncio.wait_for(stopping, 3)


async def test_nothing_is_left_of_pages_that_went(chat: Chat):
    pages = [(await chat.welcomed())[0] for _ in range(5)]
    text = await (await chat.client.get("/metrics")).text()
    assert "yida_websockets 5.0" in text
    for page in pages:
        await page.socket.close()
    conversations = chat.client.app[CONVERSATIONS]
    await until(lambda: not conversations._listeners)
    assert "yida_websockets 0.0" in await (await chat.client.get("/metrics")).text()
