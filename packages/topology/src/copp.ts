import { type DesiredRow, ref } from '@ovnkube/ovn-db';
import { coppName } from './names.ts';
import { nb, type Zone } from './zone.ts';

/** What of a router's packets goes to ovn-controller, and is therefore limited (ovn-nb(5), table Copp). */
const protocols = [
  'arp',
  'arp-resolve',
  'bfd',
  'event-elb',
  'icmp4-error',
  'icmp6-error',
  'reject',
  'svc-monitor',
  'tcp-reset',
] as const;

/** Packets a second and protocol. */
const protocolRate = 25;
const aclLoggingRate = 20;

/** Control plane protection and meters, which all networks of a zone share. */
export function* coppRows(zone: Zone): Generator<DesiredRow> {
  const meterOf = (protocol: string) => `${protocol}-rate-limiter`;
  yield nb('Copp', coppName, {
    meters: Object.fromEntries(protocols.map((protocol) => [protocol, meterOf(protocol)])),
    external_ids: zone.externalIds('Copp', { name: coppName }),
  });
  for (const protocol of protocols) yield* meter(zone, meterOf(protocol), protocolRate);
  yield* meter(zone, 'acl-logging', zone.options.aclLoggingRateLimit ?? aclLoggingRate);
}

function* meter(zone: Zone, name: string, rate: number): Generator<DesiredRow> {
  const band = zone.id('Meter', { name });
  const external_ids = zone.externalIds('Meter', { name });
  yield nb('Meter_Band', band, { action: 'drop', rate, external_ids });
  yield nb('Meter', name, { fair: true, unit: 'pktps', bands: [ref('Meter_Band', band)], external_ids });
}
