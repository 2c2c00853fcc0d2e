"""By the standard library alone: python -m unittest test_record."""
from __future__ import annotations

import json
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from record import Record
from trials import Setting, Trial, attempt, next_setting
from workload import workload

HEAD = {"device": "D", "small": True, "versions": {"torch": "1"}}
OURS = {"device": "cpu", "steps": [{"sampling": 1.0, "update": 3.0, "tokens": 8}]}


def trial(mode: str, size: int, *seconds: float, **more: Any) -> Trial:
    return {"mode": mode, "microBatch": size, "stepSeconds": list(seconds), **more}


class Order(unittest.TestCase):
    def test_whole_batches_in_each_mode_then_parts_in_the_fastest(self) -> None:
        trials: list[Trial] = []
        found = []
        while (setting := next_setting(trials, 64)) is not None:
            found.append((setting.mode, setting.micro_batch))
            trials.append(trial(setting.mode, setting.micro_batch, 2.0 if setting.mode == "static" else 3.0))
        whole = [("default", 64), ("static", 64), ("continuous", 64)]
        self.assertEqual(found, [*whole, ("static", 32), ("static", 16)])

    def test_parts_where_memory_ends_and_none_where_time_does(self) -> None:
        trials: list[Trial] = []
        found = []
        while (setting := next_setting(trials, 64)) is not None:
            found.append((setting.mode, setting.micro_batch))
            full = setting.mode == "default" and setting.micro_batch > 16
            seconds = [5.0] if setting == Setting("default", 16) else []
            trials.append(trial(setting.mode, setting.micro_batch, *seconds, **({"outOfMemory": True} if full else {"error": "late"})))
        self.assertEqual(found, [("default", 64), ("default", 32), ("default", 16), ("static", 64), ("continuous", 64)])

    def test_ends_where_nothing_runs(self) -> None:
        full = [trial(mode, size, outOfMemory=True) for mode in ("default", "static", "continuous") for size in (64, 32, 16)]
        self.assertIsNone(next_setting(full, 64))


class OneTrial(unittest.TestCase):
    def tried(self, program: str) -> Trial:
        with tempfile.TemporaryDirectory() as folder:
            arm = Path(folder) / "arm.py"
            arm.write_text(program)
            return attempt(Setting("static", 32), {"steps": 4}, 60, arm)

    def test_takes_the_last_line(self) -> None:
        program = 'import json, sys\nr = json.loads(sys.argv[1])\nprint("noise")\nfor n in (1, 2): print(json.dumps({"stepSeconds": [r["microBatch"]] * n}))'
        self.assertEqual(self.tried(program), trial("static", 32, 32, 32))

    def test_keeps_what_was_done_when_time_ends(self) -> None:
        late = subprocess.TimeoutExpired("arm", 3, b'{"stepSeconds": [1.5]}\n{"stepSec')
        with mock.patch("subprocess.run", side_effect=late):
            self.assertEqual(self.tried(""), trial("static", 32, 1.5, error="not done within 60 s"))
        with mock.patch("subprocess.run", side_effect=subprocess.TimeoutExpired("arm", 3)):
            self.assertEqual(self.tried(""), trial("static", 32, error="not done within 60 s"))

    def test_tells_a_lack_of_memory_from_another_fault(self) -> None:
        full = self.tried('raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")')
        self.assertTrue(full["outOfMemory"] and full["stepSeconds"] == [])
        other = self.tried('raise ValueError("no such mode")')
        self.assertTrue("no such mode" in other["error"] and "outOfMemory" not in other)


class OnTheDisk(unittest.TestCase):
    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.place = Path(self._folder.name) / "gpu.json"

    def open(self, head: dict[str, Any] = HEAD) -> Record:
        return Record(self.place, workload(True), head)

    def test_each_part_is_written_and_gone_on_with(self) -> None:
        self.open().put("ours", OURS)
        self.assertEqual(json.loads(self.place.read_text())["samplingSeconds"], 1.0)
        self.assertIsNone(json.loads(self.place.read_text())["ratioToTrl"])
        self.open().put("trl", [trial("default", 4, error="late"), trial("static", 4, 10.0)])
        again = self.open()
        self.assertEqual((again.parts["ours"], len(again.trials)), (OURS, 2))
        again.put("floors", {"bytesPerSecond": 1e9, "flopsPerSecond": 1e12})
        whole = json.loads(self.place.read_text())
        self.assertEqual((whole["ratioToTrl"], whole["trlStepSeconds"], whole["device"]), (2.5, 10.0, "D"))
        self.assertGreater(whole["decodingShareOfBandwidth"], 0)
        self.assertIn("| TRL: default generation, micro-batch 4 | ran in no time | late |", again.table())
        self.assertEqual([each.name for each in self.place.parent.iterdir()], ["gpu.json"])

    def test_figures_of_another_machine_are_not_mixed_in(self) -> None:
        self.open().put("ours", OURS)
        with self.assertRaises(SystemExit):
            self.open({**HEAD, "device": "E"})


if __name__ == "__main__":
    unittest.main()
