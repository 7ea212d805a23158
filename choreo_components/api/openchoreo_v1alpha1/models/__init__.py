"""The API openchoreo.dev/v1alpha1: its kinds, with every field of the CRDs.

Source, OpenChoreo v1.2.3: api/v1alpha1/*_types.go, config/crd/bases.
"""
