import { coppName } from './names.ts';
import type { Owner } from './owner.ts';
import { type DesiredRow, ref } from './row.ts';
import type { Zone } from './zone.ts';

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
  yield zone.named(
    'Copp',
    coppName,
    { type: 'Copp', keys: { name: coppName } },
    {
      meters: Object.fromEntries(protocols.map((protocol) => [protocol, meterOf(protocol)])),
    },
  );
  for (const protocol of protocols) yield* meter(zone, meterOf(protocol), protocolRate);
  yield* meter(zone, 'acl-logging', zone.options.aclLoggingRateLimit ?? aclLoggingRate);
}

function* meter(zone: Zone, name: string, rate: number): Generator<DesiredRow> {
  const owner: Owner = { type: 'Meter', keys: { name } };
  const band = zone.identified('Meter_Band', owner, { action: 'drop', rate });
  yield band;
  yield zone.named('Meter', name, owner, { fair: true, unit: 'pktps', bands: [ref('Meter_Band', band.name)] });
}
