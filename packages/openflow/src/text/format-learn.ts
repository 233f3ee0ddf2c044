import { fieldNamed } from '../field/field.ts';
import type { Learn, LearnSpec } from '../model/learn-action.ts';
import { formatFieldValue, formatSubfield, hex } from './field-text.ts';
import { DEFAULT_PRIORITY } from './format-match.ts';

function formatSpec(spec: LearnSpec): string {
  const { src } = spec;
  if (spec.kind === 'output') return `output:${'immediate' in src ? hex(src.immediate) : formatSubfield(src)}`;
  const { dst } = spec;
  if (spec.kind === 'load')
    return `load:${'immediate' in src ? hex(src.immediate) : formatSubfield(src)}->${formatSubfield(dst)}`;
  if ('immediate' in src) {
    const field = fieldNamed(dst.field);
    if (dst.start !== 0 || dst.width !== field.width) return `${formatSubfield(dst)}=${hex(src.immediate)}`;
    return `${field.name}=${formatFieldValue(field, field.big ? src.immediate : Number(src.immediate))}`;
  }
  const same = src.field === dst.field && src.start === dst.start;
  return same ? formatSubfield(dst) : `${formatSubfield(dst)}=${formatSubfield(src)}`;
}

/** `learn(table=1,…)`, leaving out what is usual. */
export function formatLearn(learn: Learn): string {
  const { priority = DEFAULT_PRIORITY, cookie = 0n } = learn;
  const number = (name: string, value: number | undefined): string[] => (value ? [`${name}=${value}`] : []);
  const parts = [
    `table=${learn.table ?? 1}`,
    ...number('idle_timeout', learn.idle_timeout),
    ...number('hard_timeout', learn.hard_timeout),
    ...number('fin_idle_timeout', learn.fin_idle_timeout),
    ...number('fin_hard_timeout', learn.fin_hard_timeout),
    ...(priority === DEFAULT_PRIORITY ? [] : [`priority=${priority}`]),
    ...(learn.send_flow_rem ? ['send_flow_rem'] : []),
    ...(learn.delete_learned ? ['delete_learned'] : []),
    ...(cookie === 0n ? [] : [`cookie=${hex(cookie)}`]),
    ...number('limit', learn.limit),
    ...(learn.result_dst === undefined ? [] : [`result_dst=${formatSubfield(learn.result_dst)}`]),
    ...learn.specs.map(formatSpec),
  ];
  return `learn(${parts.join(',')})`;
}
