"""Adoption: a live organization becomes stacks, and nothing in the cluster changes."""
