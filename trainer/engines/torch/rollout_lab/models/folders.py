"""Where a model's files lie: a folder, or the hub's cache."""
from __future__ import annotations

import re
from pathlib import Path

from rollout_lab.errors import LabError

HUB_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*$")


def _missing(folder: str, remedy: str) -> LabError:
    return LabError("model", "model/missing", f"{folder} is no folder", folder, remedy=remedy)


def _from_cache(name: str, revision: str | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, HfHubHTTPError, ValueError) as error:
        raise _missing(name, f"Download it first: hf download {name}{'' if revision is None else f' --revision {revision}'}") from error


def _newest_snapshot(folder: Path) -> Path:
    """A folder of the hub's cache (`models--org--name`) holds snapshots, of which `refs/main` names one."""
    reference = folder / "refs" / "main"
    if not reference.is_file():
        return folder
    return folder / "snapshots" / reference.read_text().strip()


def model_folder(named: str, revision: str | None = None) -> Path:
    """The folder of a model: as named, a snapshot in the hub's cache, or the cached model of that name (`org/name`), in that revision
    where one is named. Rejects with `model/missing`."""
    folder = Path(named).expanduser()
    if folder.is_dir():
        return folder if (folder / "config.json").exists() else _newest_snapshot(folder)
    if HUB_NAME.match(named):
        return _from_cache(named, revision)
    raise _missing(named, "Name an existing folder in Hugging Face layout (config.json, model.safetensors, tokenizer.json).")
