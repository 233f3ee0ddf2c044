import { expect, it } from 'vitest';
import { readAclLogging } from './acl-logging.ts';

it.each<[string | undefined, unknown]>([
  [undefined, {}],
  ['{}', {}],
  ['{"allow":"notice","deny":"alert"}', { allow: 'notice', deny: 'alert' }],
  ['{"allow":"info","deny":"debug","pass":"warning"}', { allow: 'info', deny: 'debug', pass: 'warning' }],
  ['{"allow":"loud","deny":"alert"}', { deny: 'alert' }],
  ['{"allow":"","deny":7}', {}],
  ['{"allow":"notice"', {}],
  ['null', {}],
  ['["alert"]', {}],
  ['"alert"', {}],
])('annotation %j turns on %j', (text, logging) => {
  expect(readAclLogging(text)).toEqual(logging);
});
