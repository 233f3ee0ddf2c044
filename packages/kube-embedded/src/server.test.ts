import { expect, it } from 'vitest';
import { startEmbedded } from './index.ts';

it('serves its version', async () => {
  const server = await startEmbedded();
  const response = await fetch(`${server.url}/version`);
  expect(await response.json()).toMatchObject({ major: '1' });
  await server.stop();
});
