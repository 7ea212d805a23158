"""The plan: what the objects of a stack become in the cluster, in which order. Pure: no Pulumi, no network."""
