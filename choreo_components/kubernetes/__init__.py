"""The API client: kubeconfigs, live objects, conditions and errors. The only package that talks to an API server."""
