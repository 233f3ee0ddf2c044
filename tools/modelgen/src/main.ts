import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { databases, expectedFiles } from './databases.ts';
import { formatSchema, parseSchema } from './schema.ts';

const program = new Command('npm run modelgen --')
  .description('Typed rows of @ovnkube/ovn-db from its schema files.')
  .option('--check', 'write nothing; exit 1 when a file is not current')
  .option('--import <file...>', "take over schema files, such as OVN's ovn-nb.ovsschema, before generating")
  .parse();
const options = program.opts<{ check?: boolean; import?: string[] }>();

for (const origin of options.import ?? []) {
  const schema = parseSchema(await readFile(origin, 'utf8'), origin);
  const target = databases.find(({ database }) => database === schema.name);
  if (!target) {
    const known = databases.map(({ database }) => database).join(', ');
    console.error(`${origin} is the schema of ${schema.name}; known are ${known}`);
    process.exit(2);
  }
  await mkdir(new URL('.', target.schema), { recursive: true });
  await writeFile(target.schema, formatSchema(schema));
}

let stale = 0;
for (const { file, content } of await expectedFiles()) {
  const current = await readFile(file, 'utf8').catch(() => undefined);
  if (current === content) continue;
  stale++;
  if (options.check) console.error(`not current: ${file.pathname}`);
  else {
    await mkdir(new URL('.', file), { recursive: true });
    await writeFile(file, content);
    console.log(`wrote ${file.pathname}`);
  }
}
if (options.check && stale > 0) {
  console.error('run: npm run modelgen');
  process.exit(1);
}
