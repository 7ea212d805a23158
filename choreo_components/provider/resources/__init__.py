"""The custom resources of the provider, a module for each."""
