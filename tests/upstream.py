"""OpenChoreo's own files, where a machine has a copy of them beside the checkout; none is in this repository."""

from pathlib import Path

_BESIDE = [folder / "shared" / "openchoreo" for folder in Path(__file__).resolve().parents]

UPSTREAM = next((folder for folder in _BESIDE if folder.is_dir()), _BESIDE[2])
"""The folder with the copy: definitions in `crds`, manifests in `samples`."""
