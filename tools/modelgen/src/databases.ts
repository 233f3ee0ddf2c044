import { readFile } from 'node:fs/promises';
import { rowTypes } from './row-types.ts';
import { formatSchema, parseSchema } from './schema.ts';

/** A file that this tool keeps, and what it should hold. */
export interface Expected {
  readonly file: URL;
  readonly content: string;
}

const ovnDb = new URL('../../../packages/ovn-db/', import.meta.url);

/** Schema files of `@ovnkube/ovn-db` and the modules made from them. */
export const databases: readonly { readonly database: string; readonly schema: URL; readonly rows: URL }[] = [
  ['OVN_Northbound', 'ovn-nb'],
  ['OVN_Southbound', 'ovn-sb'],
  ['Open_vSwitch', 'vswitch'],
].map(([database = '', file = '']) => ({
  database,
  schema: new URL(`schema/${file}.ovsschema`, ovnDb),
  rows: new URL(`src/generated/${file}.ts`, ovnDb),
}));

/** What all kept files should hold, given the schema files as they are. */
export async function expectedFiles(): Promise<readonly Expected[]> {
  const files = await Promise.all(
    databases.map(async ({ schema: file, rows }) => {
      const schema = parseSchema(await readFile(file, 'utf8'), file.pathname);
      return [
        { file, content: formatSchema(schema) },
        { file: rows, content: rowTypes(schema) },
      ];
    }),
  );
  return files.flat();
}
