import { defineConfig } from 'vitest/config';

/** What every package's tests share: sources are imported as they are (no build), and tests may run beside each other. */
export default defineConfig({
  resolve: { conditions: ['@ovnkube/source'] },
  ssr: { resolve: { conditions: ['@ovnkube/source'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    environment: 'node',
    watch: false,
    // Generous: a test fails by what it sees, never by how busy the machine is.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    typecheck: { enabled: false },
  },
});
