import { guard } from '@ovnkube/testing';
import { nodeCommand } from '../src/background.ts';

/** Have a lab removed when this test's process ends, however it ends. */
export const guardLab = (name: string): void =>
  guard([...nodeCommand(new URL('../src/main.ts', import.meta.url)), 'down', '--name', name]);
