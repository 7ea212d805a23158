"""The preflight: what a preview asks the cluster before anything is applied."""
