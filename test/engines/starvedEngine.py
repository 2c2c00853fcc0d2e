"""The PyTorch engine on a device whose memory holds few tokens: stands in the place of the package's `__main__`."""
import sys

REAL, LIMIT = sys.argv.pop(1), int(sys.argv.pop(1))
sys.path[0] = REAL
for name in [name for name in sys.modules if name.split(".")[0] == "rollout_lab"]:
    del sys.modules[name]

import torch  # noqa: E402
from rollout_lab.__main__ import main  # noqa: E402
from rollout_lab.training.out_of_memory import MicroBatches  # noqa: E402

attempt = MicroBatches._attempt


def starved(self, members, parameters):
    def too_much(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    work = self.work
    if self._tokens(members) > LIMIT:
        self.work = too_much
    try:
        return attempt(self, members, parameters)
    finally:
        self.work = work


MicroBatches._attempt = starved
main()
