# Yida: `make run` brings everything up, `make test` proves it.
PYTHON ?= python3

.PHONY: run test train torch bench check setup clean

run: setup
	@.venv/bin/python -m yida.run

setup:
	@$(PYTHON) yida/bootstrap.py

test:
	@$(PYTHON) yida/bootstrap.py --dev
	@.venv/bin/python -m pytest --numprocesses=2 --dist=loadgroup

train:
	@$(PYTHON) yida/bootstrap.py --train

torch:
	@$(PYTHON) yida/bootstrap.py --dev --torch

bench:
	@$(PYTHON) yida/bootstrap.py --dev
	@.venv/bin/python -m bench

check:
	@$(PYTHON) yida/bootstrap.py --dev
	@.venv/bin/ruff check .
	@.venv/bin/mypy common nlu bss knowledge_base service_desk actions bot voice_gateway yida
	@.venv/bin/yida kb check
	@.venv/bin/python -m actions.self_check
	@TQDM_DISABLE=1 .venv-rasa/bin/python -m bot.rasa.server data validate --fail-on-warnings --data bot/rules bot/stories nlu/data

clean:
	rm -rf .venv .venv-rasa var models/rasa models/cache
