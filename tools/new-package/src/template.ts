/** The files of a new package, as a pure function of what it is: path below the package's folder → text. */
export interface PackageSpec {
  /** Folder and unscoped name, kebab-case: `ovn-db`. */
  readonly name: string;
  /** One of `layers` in layers.json. */
  readonly layer: string;
  /** Its job in one sentence; becomes the description, the README's first line and the head of index.ts. */
  readonly job: string;
  /** True where the library needs Node's own types (sockets, processes); pure packages run in browsers and do not get them. */
  readonly node: boolean;
  /** Private packages are never published: tools and test support. */
  readonly private: boolean;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export function packageFiles(spec: PackageSpec): ReadonlyMap<string, string> {
  const scoped = `@ovnkube/${spec.name}`;
  const types = spec.node ? { types: ['node'] } : {};
  return new Map([
    [
      'package.json',
      json({
        name: scoped,
        version: '0.1.0',
        ...(spec.private ? { private: true } : {}),
        description: spec.job,
        license: 'Apache-2.0',
        type: 'module',
        sideEffects: false,
        exports: {
          '.': { '@ovnkube/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
          './package.json': './package.json',
        },
        files: ['dist', 'src', '!**/*.test.ts', '!**/*.tsbuildinfo'],
        engines: { node: '>=24' },
        nx: { tags: [`layer:${spec.layer}`], targets: { lint: {} } },
      }),
    ],
    [
      'tsconfig.json',
      json({ files: [], references: [{ path: './tsconfig.lib.json' }, { path: './tsconfig.spec.json' }] }),
    ],
    [
      'tsconfig.lib.json',
      json({
        extends: '../../tsconfig.base.json',
        compilerOptions: {
          rootDir: 'src',
          outDir: 'dist',
          tsBuildInfoFile: 'dist/tsconfig.lib.tsbuildinfo',
          rewriteRelativeImportExtensions: true,
          ...types,
        },
        include: ['src/**/*.ts'],
        exclude: ['src/**/*.test.ts'],
        references: [],
      }),
    ],
    [
      'tsconfig.spec.json',
      json({
        extends: '../../tsconfig.base.json',
        compilerOptions: {
          outDir: 'out-tsc',
          emitDeclarationOnly: true,
          allowImportingTsExtensions: true,
          types: ['node'],
        },
        include: ['src/**/*.test.ts', 'test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
        references: [{ path: './tsconfig.lib.json' }],
      }),
    ],
    ['vitest.config.ts', "export { default } from '../../vitest.base.ts';\n"],
    [
      'README.md',
      `# ${scoped}

${spec.job}

## Install

    npm install ${scoped}

## Example

    import { name } from '${scoped}';
    console.log(name);

## Limits

None known yet.
`,
    ],
    ['src/index.ts', `/** ${spec.job} */\nexport const name = '${scoped}';\n`],
    [
      'src/index.test.ts',
      `import { expect, it } from 'vitest';
import { name } from './index.ts';

it('is importable by its own name', () => {
  expect(name).toBe('${scoped}');
});
`,
    ],
  ]);
}
