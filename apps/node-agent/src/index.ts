/** The agent of a node: Kubernetes to northbound rows, CNI server, bootstrap of br-int. */
export const name = '@ovnkube/node-agent';
