"""A takeover: an organization that is live becomes stacks, and nothing in the cluster changes."""
