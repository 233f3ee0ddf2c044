import { defineConfig } from 'vitest/config';

/** What every package's tests share: sources are imported as they are (no build), and tests may run beside each other. */
export default defineConfig({
  resolve: { conditions: ['@ovnkube/source'] },
  ssr: { resolve: { conditions: ['@ovnkube/source'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    environment: 'node',
    watch: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    typecheck: { enabled: false },
  },
});
