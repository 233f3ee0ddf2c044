/**
 * Whether a link computes transport checksums itself or leaves them to its driver. Where the switch is Open vSwitch's user-space
 * datapath this must be off inside of a pod: a veth has no hardware that would complete the checksum, the kernel hands half-made
 * ones over, and the datapath sends them into tunnels as they are, where the receiver drops them.
 *
 * The kernel offers that switch only through ethtool's ioctl or its generic netlink family; iproute2 has no word for it and Node
 * opens neither. `ethtool` does it where it is installed. Otherwise Perl's interpreter, which is part of every Debian and Ubuntu
 * (perl-base is essential), makes the same ioctl: SIOCETHTOOL (0x8946) of ETHTOOL_STXCSUM (0x17), on a struct ifreq that points to
 * a struct ethtool_value { cmd, data } (linux/ethtool.h, linux/sockios.h). Turning transmit checksums off also turns off
 * scatter-gather and segmentation, which need them.
 */
const perlProgram = [
  'my ($name, $on) = @ARGV;',
  'socket(my $s, 2, 2, 0) or die "socket: $!\\n";',
  'my $value = pack("LL", 0x17, $on);',
  'my $ifreq = pack("a16P", $name, $value);',
  'ioctl($s, 0x8946, $ifreq) or die "SIOCETHTOOL: $!\\n";',
].join(' ');

/** Shell words that set it for the link, whose name comes quoted. */
export function offloadCommand(quotedName: string, on: boolean): string {
  const state = on ? 'on' : 'off';
  return (
    `if command -v ethtool >/dev/null; then ethtool -K ${quotedName} tx ${state} >/dev/null; ` +
    `elif command -v perl >/dev/null; then perl -e '${perlProgram}' ${quotedName} ${on ? 1 : 0}; ` +
    "else echo 'neither ethtool nor perl is installed' >&2; false; fi"
  );
}
