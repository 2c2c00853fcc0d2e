"""The engine's verbs without a pipe."""
from __future__ import annotations

import json
from typing import Any

import pytest

from rollout_lab.engine import TorchEngine
from rollout_lab.models.options import parse_options
from rollout_lab.serving.server import Call
from rollout_lab.serving.wire import to_response_error


class LocalEngine:
    """On the CPU, with one thread. Requests and answers pass through JSON all the same; a request may be `cancelled`
    before."""

    def __init__(self, **options: Any) -> None:
        self.told: list[tuple[str, Any]] = []
        """Notifications: method and parameters."""
        self._verbs = TorchEngine(1, 24, parse_options(json.dumps({"device": "cpu", **options}))).verbs()

    def call(self, verb: str, **request: Any) -> Any:
        call = Call(lambda method, parameters: self.told.append((method, parameters)))
        if request.get("cancelled"):
            call.cancel()
        return json.loads(json.dumps(self._verbs[verb](json.loads(json.dumps(request)), call), allow_nan=False))

    def error_of(self, verb: str, **request: Any) -> dict[str, Any]:
        """The WireError that the call rejects with."""
        with pytest.raises(Exception) as caught:
            self.call(verb, **request)
        return to_response_error(caught.value)["data"]
