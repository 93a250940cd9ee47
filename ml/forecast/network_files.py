"""A network as text files: its settings as JSON, its numbers as safetensors in base64; nothing in them can run."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from ml.errors import NoModel
from ml.forecast.network import NAME, FittedNetwork, NetworkSettings, State

_HEAD = f"{NAME}.json"


def texts(fitted: FittedNetwork) -> dict[str, str]:
    """Everything needed to forecast with it again."""
    from safetensors.numpy import save

    head = {
        "settings": asdict(fitted.settings),
        "horizon": fitted.horizon,
        "asked_levels": fitted.asked_levels,
        "whole": fitted.whole,
    }
    states = {
        _file(seed): base64.b64encode(save(state)).decode("ascii") for seed, state in zip(fitted.settings.seeds, fitted.states, strict=True)
    }
    return {_HEAD: json.dumps(head, indent=1), **states}


def from_texts(files: Mapping[str, str]) -> FittedNetwork:
    """The network that `texts` wrote; what is missing or not whole is named."""
    from safetensors import SafetensorError

    try:
        head = json.loads(files[_HEAD])
        settings = NetworkSettings(**{**head["settings"], "seeds": tuple(head["settings"]["seeds"])})
        states = tuple(_state(files[_file(seed)]) for seed in settings.seeds)
        levels = {str(kind): tuple(map(float, levels)) for kind, levels in head["asked_levels"].items()}
        return FittedNetwork(settings, int(head["horizon"]), states, levels, bool(head["whole"]))
    except (KeyError, TypeError, ValueError, SafetensorError) as error:
        raise NoModel(f"the files of the network cannot be read ({error}); train again with ./oiis train forecast") from error


def _state(text: str) -> State:
    from safetensors.numpy import load

    return {name: np.asarray(values, dtype=np.float32) for name, values in load(base64.b64decode(text, validate=True)).items()}


def _file(seed: int) -> str:
    return f"{NAME}_{seed}.safetensors.b64"
