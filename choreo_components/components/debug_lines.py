"""Debug lines: what Pulumi's SDK reports of each resource to the engine, which shows it with `pulumi up --debug` alone.

They are four for each resource, and the program's event loop waits until the engine has taken each of them. In a stack
with hundreds of resources that is a quarter of the program's CPU time, and the resources are registered late.
"""

import pulumi


def drop_debug_lines() -> None:
    """Keeps this process from sending any, its own program's included: for a process that is choreo's alone."""
    pulumi.log.debug = _dropped


def _dropped(
    msg: str,
    resource: pulumi.Resource | None = None,
    stream_id: int | None = None,
    ephemeral: bool | None = None,
) -> None:
    """Takes what `pulumi.log.debug` takes."""
