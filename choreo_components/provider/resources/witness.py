"""The witness: a resource whose deletion says that something stays while other resources of its stack are deleted.

`pulumi destroy` with `--target` or `--exclude` does not pass to a provider what else is deleted. The engine does not
call for the deletion of a resource that is `deletedWith` one which is deleted too. A witness is `deletedWith` its
subject, so its deletion is called only if the subject stays. It depends on whoever has to know, and so is called first.
"""

from typing import Any

from choreo_components.provider.resource import (
    Properties,
    Session,
    as_known,
    differences,
    given,
    nothing_to_create,
    unknown,
)

SUBJECT = "subject"
"""The input that names what the witness watches: an environment as ORGANIZATION/NAME, or STACK."""

STACK = "stack"
"""The subject of the witness that is `deletedWith` the inventory, which is deleted only with the whole stack."""

PROPERTIES = (SUBJECT,)
"""All inputs."""


async def check(olds: Properties, news: Properties, session: Session) -> tuple[dict[str, Any], dict[str, str]]:
    """The inputs as they are, and what is wrong with them by property."""
    inputs = given(news)
    failures = unknown(inputs, PROPERTIES)
    if not isinstance(inputs.get(SUBJECT), str) or not inputs[SUBJECT]:
        failures[SUBJECT] = "required: the name of what the witness watches"
    return inputs, failures


def replaced(olds: Properties, news: Properties) -> list[str]:
    """Another subject is another witness."""
    return differences(olds, news)


def identifier(inputs: Properties) -> str:
    """The subject."""
    return str(inputs[SUBJECT])


create = nothing_to_create
read = as_known


async def update(olds: Properties, news: Properties, session: Session) -> None:
    """Nothing that can change."""


async def delete(state: Properties, session: Session) -> None:
    """Notes that the subject stays, for the resources that are deleted after it by the same process."""
    session.notes.add(state[SUBJECT])
