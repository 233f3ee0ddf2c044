import { commands, serverSocketPath, supportedVersions } from '@ovnkube/cni';

/** What `--help` prints. */
export const usage = `ovn-k8s-cni-overlay: CNI plugin of the cluster network. A container runtime runs it; it is not for the command line.

It reads the CNI_ variables and, on standard input, the network configuration, and asks the node agent over a unix socket.
  CNI_COMMAND      ${commands.join(', ')}
  CNI_CONTAINERID  the sandbox
  CNI_NETNS        path of its network namespace (may be empty for DEL)
  CNI_IFNAME       name of the interface inside
  CNI_ARGS         K8S_POD_NAMESPACE=…;K8S_POD_NAME=…;K8S_POD_UID=…
Configuration: {"cniVersion", "name", "type": "ovn-k8s-cni-overlay", "serverSocket"}
  serverSocket     the node agent's socket, default ${serverSocketPath}
Speaks CNI ${supportedVersions.join(', ')}.

Exit code 0: done (ADD and VERSION print a result). 1: an error object is on standard output; its codes:
  1 version, 2 field, 3 unknown container, 4 environment, 5 input or output, 6 decoding, 7 configuration,
  11 try again later (no node agent), 50 not available, 51 limited connectivity,
  100 CHECK found a difference, 999 other.
`;
