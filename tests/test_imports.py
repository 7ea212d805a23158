"""What takes long to import is imported by those that need it: Pulumi, a client of the cluster, the models of kinds."""

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
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["[]", "choreo_components.components.core_v1.environment", "True"], done.stderr


GENERATIONS = """
import sys

from choreo_components.api.generations import generations

assert len(generations()) > 1
print("pydantic" in sys.modules)
"""


def test_what_a_generation_knows_of_objects_in_a_cluster_needs_no_models() -> None:
    done = subprocess.run([sys.executable, "-c", GENERATIONS], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["False"], done.stderr
