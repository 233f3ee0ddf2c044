import { defineConfig } from 'vitest/config';

// All packages in one run, for `npm test` and `npm run dev`; each package's own vitest.config.ts runs it alone.
export default defineConfig({
  test: { projects: ['packages/*', 'apps/*', 'tools/*/vitest.config.ts'], maxWorkers: 2 },
});
