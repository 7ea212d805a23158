// The Kubernetes provider's executable: upstream's own main embeds generated files that its module lacks.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// Copied beside this file from the module's cmd/pulumi-resource-kubernetes while building.
//
//go:embed schema.json
var schema []byte

// The release that go.mod pins, written here by the linker.
var version string

func main() { provider.Serve("kubernetes", version, schema, nil) }
