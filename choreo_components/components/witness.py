"""The witness of a resource, as `choreo_components.provider.resources.witness` describes it."""

import pulumi

from choreo_components.components.finalizer import released
from choreo_components.state.contract import FORM, FORM_VERSION, Witness


def witness(
    name: str,
    subject: pulumi.Input[str],
    *,
    before: pulumi.Resource,
    deleted_with: pulumi.Resource,
    opts: pulumi.ResourceOptions,
) -> pulumi.CustomResource:
    """Lets `before` know, when that is deleted, whether the subject stays: the witness is `deleted_with` that resource.

    `before` and the witness must have the same provider.
    """
    # Not protected with its parent: Pulumi would refuse an update that removes the witness.
    edges = pulumi.ResourceOptions(depends_on=[before], deleted_with=deleted_with, protect=False)
    merged = pulumi.ResourceOptions.merge(opts, edges)
    inputs = {Witness.SUBJECT: subject, FORM_VERSION: FORM}
    return pulumi.CustomResource(Witness.TOKEN, name, inputs, released(merged))
