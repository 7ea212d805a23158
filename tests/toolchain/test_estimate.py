"""What is printed before anything is built: how long it takes, why, and what would avoid it."""

import pytest

from tests.toolchain.workshop import Workshop
from toolchain import catalog, resolve
from toolchain.estimate import announcement, minutes
from toolchain.machine import Found


def said(*names: str, cores: int = 2, unusable: tuple[Found, ...] = ()) -> str:
    return announcement([binary for binary in catalog() if not names or binary.name in names], unusable, cores)


def test_it_is_printed_first(workshop: Workshop, capfd: pytest.CaptureFixture[str]) -> None:
    resolve(workshop.binaries("etcd", "pulumi"))
    first = capfd.readouterr().out.splitlines()[0]
    assert first.startswith("building with Go, about ")
    assert first.endswith(": etcd, pulumi")


def test_it_gives_the_reason() -> None:
    assert "Package registries offer their sources only: they are compiled" in said()


def test_it_names_what_pulumi_on_path_avoids() -> None:
    pulumi = next(binary for binary in catalog() if binary.name == "pulumi")
    [line] = [line for line in said().splitlines() if f"Pulumi {pulumi.least} or newer on PATH" in line]
    assert line.endswith(" avoids pulumi-language-python, pulumi-resource-kubernetes, pulumi:")


def test_it_names_what_assets_avoid() -> None:
    lines = [line for line in said().splitlines() if "KUBEBUILDER_ASSETS" in line]
    assert " avoids kube-apiserver, kubectl, etcd, if it has" in lines[0]
    assert "kube-apiserver 1.33.0, kubectl 1.29.0, etcd 3.5.0, or newer: export KUBEBUILDER_ASSETS=" in lines[1]


def test_it_names_what_remains_with_both() -> None:
    last = said().splitlines()[-1]
    rest = minutes([binary for binary in catalog() if binary.name == "kube-controller-manager"], 2)
    assert f"With both, about {rest} min remain, for kube-controller-manager." in last


def test_if_nothing_would_avoid_it_nothing_is_proposed() -> None:
    only = said("kube-controller-manager")
    assert "avoids" not in only
    assert "With" not in only


def test_a_program_that_is_too_old_is_named(workshop: Workshop, capfd: pytest.CaptureFixture[str]) -> None:
    own = workshop.put_on_path("kube-apiserver", "Kubernetes v1.32.9")
    resolve(workshop.binaries("kube-apiserver"))
    assert f"{own} is 1.32.9, and 1.33.0 or newer is needed, so it is not used." in capfd.readouterr().out


def test_a_program_without_a_version_is_named(workshop: Workshop, capfd: pytest.CaptureFixture[str]) -> None:
    own = workshop.put_on_path("etcd", "")
    resolve(workshop.binaries("etcd"))
    assert f"{own} prints no version, and 3.5.0 or newer is needed" in capfd.readouterr().out


def test_all_binaries_take_at_most_a_quarter_of_an_hour_on_two_cores() -> None:
    assert minutes(catalog(), 2) <= 15


def test_with_pulumi_and_assets_it_is_under_five_minutes() -> None:
    remaining = [b for b in catalog() if not b.is_asset and "pulumi" not in (b.name, b.belongs_to)]
    assert [binary.name for binary in remaining] == ["kube-controller-manager"]
    assert minutes(remaining, 2) < 5


def test_what_binaries_share_is_counted_once() -> None:
    apiserver, controllers = (
        next(binary for binary in catalog() if binary.name == name)
        for name in ("kube-apiserver", "kube-controller-manager")
    )
    assert minutes([apiserver, controllers], 1) < minutes([apiserver], 1) + minutes([controllers], 1)


def test_more_cores_take_less_time() -> None:
    assert minutes(catalog(), 4) < minutes(catalog(), 2) < minutes(catalog(), 1)
