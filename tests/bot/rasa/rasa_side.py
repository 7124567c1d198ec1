"""Runs inside the Rasa environment (Python 3.10): `python -m unittest tests.bot.rasa.rasa_side`."""

# ruff: noqa: PT009, PT027  there is no pytest over there

from __future__ import annotations

import unittest
from unittest import mock

import jsonschema
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.policies import rule_policy
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from bot.rasa import channel, fast_validation, own_back, whole_turns

GOOD = {"events": [{"event": "slot", "name": "profile", "value": "elder"}, {"event": "followup", "name": "action_listen"}],
        "responses": [{"text": "您好", "buttons": [], "speech": "您好"}]}
BAD = [
    {"events": "none", "responses": []},
    {"events": [{"name": "no event key"}], "responses": []},
    {"events": [], "responses": ["text instead of an object"]},
    {"events": [{"event": "slot"}], "responses": []},
]


class OwnBack(unittest.TestCase):
    def test_rasa_no_longer_answers_back_before_the_task_is_asked(self) -> None:
        self.assertEqual(rule_policy.DEFAULT_ACTION_MAPPINGS.get("back", "action_back"), "action_back")
        own_back.apply()
        self.assertNotIn("back", rule_policy.DEFAULT_ACTION_MAPPINGS)
        self.assertIn("restart", rule_policy.DEFAULT_ACTION_MAPPINGS)


class CachedValidator(unittest.TestCase):
    def test_rasa_still_ships_the_method_that_we_replace(self) -> None:
        self.assertEqual(fast_validation.original_source_sha256(), fast_validation.ORIGINAL_SHA256,
                         "Rasa's _validate_action_result has changed: compare it with bot/rasa/fast_validation.py")

    def test_it_refuses_to_patch_another_rasa(self) -> None:
        with mock.patch.object(fast_validation, "ORIGINAL_SHA256", "0" * 64), self.assertRaises(RuntimeError):
            fast_validation.apply()

    def test_it_accepts_and_refuses_exactly_what_rasa_does(self) -> None:
        original = RemoteAction._validate_action_result
        action = RemoteAction("action_x", None)
        try:
            fast_validation.apply()
            fast_validation.apply()
            self.assertIsNot(RemoteAction._validate_action_result, original)
            self.assertTrue(action._validate_action_result(GOOD))
            self.assertTrue(original(action, GOOD))
            for body in BAD:
                with self.assertRaises(jsonschema.ValidationError):
                    original(action, body)
                with self.assertRaises(jsonschema.ValidationError):
                    action._validate_action_result(body)
        finally:
            RemoteAction._validate_action_result = original
            RemoteAction._yida_fast = False


class WholeTurns(unittest.IsolatedAsyncioTestCase):
    async def ran(self, outcome: object) -> object:
        original = RemoteAction.run
        with mock.patch.object(RemoteAction, "run", mock.AsyncMock(side_effect=[outcome])):
            RemoteAction._yida_whole = False
            whole_turns.apply()
            patched = RemoteAction.run
            whole_turns.apply()
            self.assertIs(RemoteAction.run, patched)
            try:
                return await RemoteAction("action_x", None).run()
            finally:
                RemoteAction.run = original
                RemoteAction._yida_whole = False

    async def test_an_action_that_cannot_be_reached_ends_the_turn_unseen_by_rasa(self) -> None:
        with self.assertRaises(whole_turns.TurnAborted) as raised:
            await self.ran(RasaException("no connection"))
        self.assertNotIsInstance(raised.exception, Exception)

    async def test_a_rejection_and_a_result_pass(self) -> None:
        with self.assertRaises(ActionExecutionRejection):
            await self.ran(ActionExecutionRejection("action_x"))
        self.assertEqual(await self.ran([]), [])


class Channel(unittest.IsolatedAsyncioTestCase):
    def said(self, message_id: str, *answers: str) -> list:
        return [UserUttered("x", metadata={"message_id": message_id}), *(BotUttered(a, {"buttons": []}) for a in answers)]

    async def test_an_answer_given_before_is_found_by_its_message(self) -> None:
        tracker = DialogueStateTracker.from_events("me", [*self.said("m1", "甲", "乙"), *self.said("m2", "丙"), *self.said("m3")])
        found = {m: [e.text for e in channel._answers(tracker, m)] for m in ("m1", "m2", "m3", "m4")}
        self.assertEqual(found, {"m1": ["甲", "乙"], "m2": ["丙"], "m3": [], "m4": []})
        self.assertEqual(channel._answers(None, "m1"), [])
        self.assertEqual(channel._answers(tracker, None), [])

    async def test_a_reply_is_handed_back_whole_also_from_the_tracker(self) -> None:
        event = BotUttered("余额", {"buttons": [{"title": "充值", "payload": "充值"}]},
                           metadata={"speech": "说", "kind": "balance.ok", "data": {"secret": True}})
        output = channel.WholeReplies()
        await output.send_response("me", event.message())
        self.assertEqual(output.messages, [{"text": "余额", "buttons": [{"title": "充值", "payload": "充值"}], "speech": "说",
                                            "kind": "balance.ok", "data": {"secret": True}}])

    async def test_a_reset_empties_the_tracker_store(self) -> None:
        for store in (SQLTrackerStore(Domain.empty(), db=""), InMemoryTrackerStore(Domain.empty())):
            await store.save(DialogueStateTracker.from_events("me", self.said("m1", "甲")))
            self.assertEqual(list(await store.keys()), ["me"])
            channel._forget_all(FailSafeTrackerStore(store))
            self.assertEqual(list(await store.keys()), [])


if __name__ == "__main__":
    unittest.main()
