/** The example of `npm run lab`: four pods that the scheduler spreads over the nodes, as a Deployment's would be. */
export const exampleManifest = (replicas: number): string =>
  Array.from({ length: replicas }, (_, index) => examplePod(`web-${index + 1}`)).join('---\n');

const examplePod = (name: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: default
  labels: { app: web }
spec:
  containers:
    - name: web
      image: registry.k8s.io/e2e-test-images/agnhost:2.53
      args: [netexec, --http-port=8080]
      ports: [{ containerPort: 8080 }]
`;
