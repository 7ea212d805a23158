"""Reading and planning manifests needs neither Pulumi nor a client of the cluster: both take long to import."""

import subprocess
import sys

PROGRAM = """
import sys
from pathlib import Path

import choreo_components
from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.plan.builder import plan

read, findings = settings.read(Document({"choreo:projects": ["shop"]}, "configuration"), Path())
assert not findings and plan(read).nodes == ()
heavy = {"pulumi", "pulumi_kubernetes", "lightkube", "httpx2", "grpc"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
print(choreo_components.Environment.__module__)
print("pulumi" in sys.modules)
"""


def test_importing_the_package_and_planning_does_not_import_pulumi() -> None:
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert told.stdout.splitlines() == ["[]", "choreo_components.components.core_v1.environment", "True"], told.stderr
