"""The provider: the executable pulumi-resource-choreo, its gRPC service, and the resources that it manages."""
