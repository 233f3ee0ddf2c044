// The programs that tests and the lab start, and the Debian package that brings each.
export const programs = [
  { program: 'ovs-vswitchd', debian: 'openvswitch-switch' },
  { program: 'ovsdb-client', debian: 'openvswitch-common' },
  { program: 'ovn-nbctl', debian: 'ovn-common' },
  { program: 'ip', debian: 'iproute2' },
  { program: 'nft', debian: 'nftables' },
  { program: 'ping', debian: 'iputils-ping' },
  { program: 'ethtool', debian: 'ethtool' },
  { program: 'tcpdump', debian: 'tcpdump' },
  { program: 'openssl', debian: 'openssl' },
  { program: 'etcd', debian: 'etcd-server' },
  { program: 'setpriv', debian: 'util-linux' },
];
