"""Runs inside the Rasa environment (Python 3.10): `python -m unittest tests.bot.rasa.rasa_side`."""

from __future__ import annotations

import unittest
from unittest import mock

import jsonschema
from rasa.core.actions.action import RemoteAction

from bot.rasa import fast_validation

GOOD = {"events": [{"event": "slot", "name": "profile", "value": "elder"}, {"event": "followup", "name": "action_listen"}],
        "responses": [{"text": "您好", "buttons": [], "speech": "您好"}]}
BAD = [
    {"events": "none", "responses": []},
    {"events": [{"name": "no event key"}], "responses": []},
    {"events": [], "responses": ["text instead of an object"]},
    {"events": [{"event": "slot"}], "responses": []},
]


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


if __name__ == "__main__":
    unittest.main()
