"""Witness: a resource whose deletion shows that its subject stays while other resources of its stack are deleted.

`pulumi destroy` with `--target` or `--exclude` does not pass to a provider what else is deleted. The engine does not
call for the deletion of a resource that is `deletedWith` one which is deleted too. A witness is `deletedWith` its
subject, so its deletion is called only if the subject stays. It depends on the resources that must know, and so is
deleted before them.
"""

from typing import Any

from choreo_components.provider.resource import CustomResource, Properties, Session, differences, given, unknown
from choreo_components.state.contract import Witness as Names


class Witness(CustomResource):
    """Records that its subject stays, for the resources that are deleted after it."""

    contract = Names

    async def check(
        self, olds: Properties, news: Properties, session: Session
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """The inputs as they are, and what is wrong with them by property."""
        inputs = given(news)
        failures = unknown(inputs, Names)
        if not isinstance(inputs.get(Names.SUBJECT), str) or not inputs[Names.SUBJECT]:
            failures[Names.SUBJECT] = "required: the name of what the witness watches"
        return inputs, failures

    def replaced(self, olds: Properties, news: Properties) -> list[str]:
        """Another subject is another witness."""
        return differences(olds, news)

    def identifier(self, inputs: Properties) -> str:
        """The subject."""
        return str(inputs[Names.SUBJECT])

    async def delete(self, state: Properties, session: Session) -> None:
        """Notes that the subject stays, for the resources that are deleted after it by the same process."""
        session.notes.add(state[Names.SUBJECT])
