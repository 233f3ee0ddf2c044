import type { TableDesc, TableMod, TableStatus } from '../messages/table.ts';
import { bitNames } from './bits.ts';

const CONTROLLER_MISS = ['controller', 'continue', 'drop'];

function missConfig(config: number, version: number): string {
  if (version >= 4) return '';
  const miss = config & 3;
  return miss === 3 ? '' : `, flow_miss_config=${CONTROLLER_MISS[miss]}`;
}

export function printTableMod(mod: TableMod, version: number): string {
  const table = mod.table === 0xff ? ' table_id: ALL_TABLES' : ` table_id=${mod.table}`;
  if (version < 5) return `${table}${missConfig(mod.config, version)}`;
  const eviction = (mod.config & 4) !== 0 ? 'on' : 'off';
  const hasVacancy = (mod.config & 8) !== 0;
  const vacancy = `vacancy=${hasVacancy ? 'on' : 'off'}`;
  const range = hasVacancy ? ` vacancy:${mod.vacancy_down ?? 0},${mod.vacancy_up ?? 0}` : '';
  return `${table}, eviction=${eviction}, ${vacancy}${range}`;
}

const EVICTION_FLAGS = { 0: 'OTHER', 1: 'IMPORTANCE', 2: 'LIFETIME' };

export function printTableDesc(desc: TableDesc): string {
  const eviction = (desc.config & 4) !== 0;
  const vacancy = (desc.config & 8) !== 0;
  const { vacancy_down = 0, vacancy_up = 0 } = desc;
  return [
    `\n  table ${desc.table}:\n`,
    `   eviction=${eviction ? 'on' : 'off'} eviction_flags=${bitNames(desc.eviction_flags ?? 0, EVICTION_FLAGS, '|')}\n`,
    `   vacancy=${vacancy ? 'on' : 'off'}`,
    ...(vacancy ? [` vacancy_down=${vacancy_down}% vacancy_up=${vacancy_up}% vacancy=${desc.vacancy ?? 0}%`] : []),
    '\n',
  ].join('');
}

export function printTableStatus({ reason, desc }: TableStatus): string {
  const name = reason === 3 ? 'VACANCY_DOWN' : 'VACANCY_UP';
  const { vacancy_down = 0, vacancy_up = 0 } = desc;
  const lines = [` reason=${name}`, '\ntable_desc:-', printTableDesc(desc).replace(/^\n {2}table/, `\n  table`)];
  return vacancy_down === 0 && vacancy_up === 0 ? lines.join('') : lines.join('');
}
