import type { Network } from '@ovnkube/ipam';

/** Names of the objects that a network has in the northbound database. All are functions of the network. */
export interface Names {
  readonly clusterRouter: string;
  readonly joinSwitch: string;
  readonly transitSwitch: string;
  /** Ports between cluster router and join switch, named from the switch and from the router. */
  readonly joinToClusterRouter: string;
  readonly clusterRouterToJoin: string;
  readonly loadBalancerGroups: { readonly cluster: string; readonly switch: string; readonly router: string };
  node(node: string): NodeNames;
  /** The logical port of a pod, which is also the `iface-id` of its interface. */
  podPort(namespace: string, pod: string): string;
}

/** Names of what belongs to one node. */
export interface NodeNames {
  readonly switch: string;
  readonly switchToRouter: string;
  readonly routerToSwitch: string;
  readonly managementPort: string;
  readonly gatewayRouter: string;
  readonly joinToGatewayRouter: string;
  readonly gatewayRouterToJoin: string;
  readonly externalSwitch: string;
  readonly externalToGatewayRouter: string;
  readonly gatewayRouterToExternal: string;
  readonly transitToRouter: string;
  readonly routerToTransit: string;
}

export function namesOf({ prefix }: Pick<Network, 'prefix'>): Names {
  const clusterRouter = `${prefix}ovn_cluster_router`;
  return {
    clusterRouter,
    joinSwitch: `${prefix}join`,
    transitSwitch: `${prefix}transit_switch`,
    joinToClusterRouter: `jtor-${clusterRouter}`,
    clusterRouterToJoin: `rtoj-${clusterRouter}`,
    loadBalancerGroups: {
      cluster: `${prefix}clusterLBGroup`,
      switch: `${prefix}clusterSwitchLBGroup`,
      router: `${prefix}clusterRouterLBGroup`,
    },
    node(node) {
      const nodeSwitch = `${prefix}${node}`;
      const gatewayRouter = `${prefix}GR_${node}`;
      return {
        switch: nodeSwitch,
        switchToRouter: `stor-${nodeSwitch}`,
        routerToSwitch: `rtos-${nodeSwitch}`,
        managementPort: `k8s-${nodeSwitch}`,
        gatewayRouter,
        joinToGatewayRouter: `jtor-${gatewayRouter}`,
        gatewayRouterToJoin: `rtoj-${gatewayRouter}`,
        externalSwitch: `${prefix}ext_${node}`,
        externalToGatewayRouter: `etor-${gatewayRouter}`,
        gatewayRouterToExternal: `rtoe-${gatewayRouter}`,
        transitToRouter: `${prefix}tstor-${node}`,
        routerToTransit: `${prefix}rtots-${node}`,
      };
    },
    podPort: (namespace, pod) => `${prefix}${namespace}_${pod}`,
  };
}

/** The physical network that `ovn-bridge-mappings` maps to the external bridge. */
export const physicalNetwork = 'physnet';

/** The one control plane protection row, shared by all networks of a zone. */
export const coppName = 'ovnkube-default';
