import {
  type Meter,
  type MeterCommand,
  type MeterFeaturesReply,
  MeterId,
  type MeterMod,
  type MeterStats,
} from '../messages/meter.ts';
import { bitNames, formatDuration } from './bits.ts';

export function formatMeterId(id: number, separator = '='): string {
  const names: Readonly<Record<number, string>> = {
    [MeterId.ALL]: 'all',
    [MeterId.CONTROLLER]: 'controller',
    [MeterId.SLOWPATH]: 'slowpath',
  };
  return `meter${separator}${names[id] ?? id}`;
}

const COMMANDS: Readonly<Record<MeterCommand, string>> = { add: 'ADD', modify: 'MOD', delete: 'DEL' };

/** A meter as ovs-ofctl prints it: its line, then one line for each band. */
export function formatMeter(meter: Meter): string {
  const flags = meter.flags.map((flag) => `${flag} `).join('');
  const bands = meter.bands.map((band) => {
    const burst = meter.flags.includes('burst') ? ` burst_size=${band.burst_size}` : '';
    const level = band.band_type === 'dscp_remark' ? ` prec_level=${band.prec_level ?? 0}` : '';
    return `type=${band.band_type} rate=${band.rate}${burst}${level}\n`;
  });
  return `${formatMeterId(meter.meter_id)} ${flags}bands=\n${bands.join('')}`;
}

export function printMeterMod(mod: MeterMod): string {
  return ` ${COMMANDS[mod.command]} ${formatMeter(mod)}`;
}

export function printMeterStats(stats: MeterStats): string {
  const head = [
    formatMeterId(stats.meter_id, ':'),
    `flow_count:${stats.flow_count}`,
    `packet_in_count:${stats.packet_in_count}`,
    `byte_in_count:${stats.byte_in_count}`,
    `duration:${formatDuration(stats.duration_sec, stats.duration_nsec)}`,
    'bands:\n',
  ];
  const bands = stats.bands.map(
    (band, index) => `${index}: packet_count:${band.packet_count} byte_count:${band.byte_count}\n`,
  );
  return `${head.join(' ')}${bands.join('')}`;
}

const BANDS = { 1: 'drop', 2: 'dscp_remark' };
const FLAGS = { 0: 'kbps', 1: 'pktps', 2: 'burst', 3: 'stats' };

function words(bits: number, names: Readonly<Record<number, string>>): string {
  return bits === 0 ? '0' : bitNames(bits, names);
}

export function printMeterFeatures(reply: MeterFeaturesReply): string {
  return [
    `\nmax_meter:${reply.max_meters} max_bands:${reply.max_bands} max_color:${reply.max_color}\n`,
    `band_types: ${words(reply.band_types, BANDS)}\n`,
    `capabilities: ${words(reply.capabilities, FLAGS)}\n`,
  ].join('');
}
