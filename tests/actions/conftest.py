"""The actions on real parts: a demo operator on SQLite, the service desk, the knowledge base, a virtual clock."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from actions.framework.action import YidaAction
from actions.framework.replies import Replies
from actions.framework.services import Services
from actions.registry import all_actions
from actions.self_check.engine import Engine
from actions.self_check.loader import load_trees
from bss.catalogue.loader import default_catalogue
from bss.demo import DemoOperator
from bss.identity import open_identity
from bss.ports import Operator
from common.clock import CHINA, FakeClock
from common.ids import RandomIds
from common.settings import ROOT, Settings
from knowledge_base.encoder import HashingEncoder
from knowledge_base.mining.recorder import Recorder
from knowledge_base.mining.tables import open_store
from knowledge_base.service import KnowledgeBase
from service_desk.desk import ServiceDesk
from tests.actions.conversation import Conversation

ZHANG_WEI = "13800000001"  # balance 35.80, 5G畅享129元, bill last month 135.60, 2,360 points
LI_XIUYING = "13800000002"  # elder, 12.50, 孝心卡19元
WANG_QIANG = "13800000003"  # owes 23.40, suspended for arrears
ZHAO_MIN = "13800000004"  # area outage, a payment of 50 that has not arrived
LIU_YANG = "13800000005"  # enterprise, leased line down, roaming on
CHEN_CHEN = "13800000006"  # 0.4 of 30 GB left; may query and report faults for 李秀英

Talk = Callable[..., Conversation]


async def said_twice(conversation: Conversation, text: str, intent: str) -> str:
    """One message delivered twice, as after an answer that was lost; the text of the second answer."""
    slots, loop, events = copy.deepcopy(conversation.slots), conversation.loop, list(conversation.events)
    await conversation.say(text, intent)
    conversation.slots, conversation.loop, conversation.events = slots, loop, events
    return await conversation.say(text, intent)


@pytest.fixture
def clock() -> FakeClock:
    """Wednesday, 18 March 2026, 10:00: the last bill is that of February."""
    return FakeClock(dt.datetime(2026, 3, 18, 10, 0, tzinfo=CHINA))


@pytest.fixture(scope="session")
def replies() -> Replies:
    return Replies.load(ROOT / "actions" / "replies")


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine(load_trees())


@pytest.fixture
async def demo(clock: FakeClock, tmp_path: Path) -> AsyncIterator[DemoOperator]:
    """The six customers, freshly seeded; `demo.faults` breaks a port."""
    made = DemoOperator(f"sqlite:///{tmp_path / 'operator.db'}", clock=clock, generated=0)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def operator(demo: DemoOperator) -> Operator:
    """What the actions see: time-outs and faults in front of every port."""
    return demo.operator


@pytest.fixture(scope="session")
def knowledge() -> KnowledgeBase:
    return KnowledgeBase.open(ROOT / "knowledge_base" / "faq", HashingEncoder(), default_catalogue().lookup)


@pytest.fixture
def desk(demo: DemoOperator, clock: FakeClock, tmp_path: Path) -> ServiceDesk:
    return ServiceDesk(f"sqlite:///{tmp_path / 'desk.db'}", demo.unguarded.messages, clock, RandomIds())


@pytest.fixture
def services(
    demo: DemoOperator, desk: ServiceDesk, knowledge: KnowledgeBase, clock: FakeClock, tmp_path: Path,
    replies: Replies,
) -> Services:
    identity = open_identity(
        f"sqlite:///{tmp_path / 'identity.db'}", demo.operator.messages, clock, secret="test"
    )
    return Services(
        operator=demo.operator, identity=identity, knowledge=knowledge, desk=desk, handover=desk.handover,
        replies=replies, clock=clock, ids=RandomIds(),
        settings=Settings(var_dir=tmp_path),
    )  # fmt: skip


@pytest.fixture
def recorder(clock: FakeClock, tmp_path: Path) -> Recorder:
    """What the actions note down of the knowledge base; `flush()` writes it."""
    return Recorder(open_store(f"sqlite:///{tmp_path / 'usage.db'}"), clock)


@pytest.fixture
def actions(services: Services, recorder: Recorder, engine: Engine) -> list[YidaAction]:
    return list(all_actions(services, recorder, engine))


@pytest.fixture
def talk(actions: list[YidaAction], clock: FakeClock) -> Talk:
    """`talk(ZHANG_WEI)`: a conversation of a proven customer; `talk()`: of nobody known.

    Keywords as of `Conversation`: `profile`, `channel`.
    """

    def begin(phone: str | None = None, **how: str) -> Conversation:
        return Conversation(actions, phone=phone, now=clock.now(), **how)  # type: ignore[arg-type]

    return begin
