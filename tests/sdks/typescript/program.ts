// A program as a person writes it with the generated SDK: from an organization to a deployment.
import * as pulumi from "@pulumi/pulumi";
import * as choreo from "choreo-sdk";

const controllers = choreo.Controllers.ABSENT;
const acme = new choreo.core.v1.Organization("acme");
const organization = acme.namespace;
const plane = new choreo.core.v1.DataPlane("plane", {
    organization,
    controllers,
    kubernetesCluster: {
        name: "elsewhere",
        connectionConfigRef: pulumi.interpolate`${acme.name}-connection`,
        featureFlags: { cilium: false, scaleToZero: false, gatewayType: "envoy" },
    },
    gateway: { publicVirtualHost: "example.com", organizationVirtualHost: "internal.example.com" },
});
const pipeline = new choreo.core.v1.DeploymentPipeline("pipeline", {
    organization,
    promotionPaths: [{ sourceEnvironmentRef: "development", targetEnvironmentRefs: [{ name: "production" }] }],
});
const portal = new choreo.core.v1.Project("portal", { organization, deploymentPipelineRef: pipeline.name });
const environment = new choreo.core.v1.Environment(
    "development",
    {
        organization,
        dataPlaneRef: plane.name,
        dataPlaneGateway: plane.gateway,
        gateway: { dnsPrefix: "dev" },
        projects: ["portal"],
        namespaceMetadata: { labels: { team: "blue" } },
        timeouts: { ready: "5m" },
    },
    { protect: true },
);
const ownership = { organization, project: portal.name, component: "list", deploymentTrack: "main" };
const artifact = new choreo.core.v1.DeployableArtifact("list", {
    ...ownership,
    targetArtifact: { fromImageRef: { tag: "1.0" } },
    configuration: {
        endpointTemplates: [
            {
                metadata: { name: "web" },
                spec: { type: choreo.types.enums.core.v1.EndpointType.HTTP, service: { port: 8080 } },
            },
        ],
    },
});
const deployment = new choreo.core.v1.Deployment("list", {
    ...ownership,
    environment: environment.name,
    deploymentArtifactRef: artifact.name,
});
const endpoint = new choreo.core.v1.Endpoint("web", {
    ...ownership,
    environment: environment.name,
    deployment: deployment.name,
    type: "HTTP",
    service: { port: 8080 },
});

export const hosts: pulumi.Output<{ [visibility: string]: string }> = environment.hosts;
export const namespace: pulumi.Output<string> = environment.namespaces.apply((each) => each["portal"]);
export const address: pulumi.Output<string | undefined> = endpoint.address;
