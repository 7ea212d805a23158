"""The API client: kubeconfigs, live objects, conditions and errors. The only room that talks to an API server."""
