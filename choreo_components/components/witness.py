"""The witness of a resource, as `choreo_components.provider.resources.witness` describes it."""

import pulumi

from choreo_components.components.finalizer import released


def witness(
    name: str, subject: str, *, before: pulumi.Resource, deleted_with: pulumi.Resource, opts: pulumi.ResourceOptions
) -> pulumi.CustomResource:
    """Makes known to `before`, when that is deleted, whether the subject stays: it is `deleted_with` that resource.

    Both have to have the same provider.
    """
    # Not protected with its parent: Pulumi would refuse a stack that has no such witness any more.
    own = pulumi.ResourceOptions(depends_on=[before], deleted_with=deleted_with, protect=False)
    merged = pulumi.ResourceOptions.merge(opts, own)
    return pulumi.CustomResource("choreo:index:Witness", name, {"subject": subject}, released(merged))
