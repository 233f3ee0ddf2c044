import type { ApiClient } from '../api/client.ts';
import { LabError } from '../error.ts';
import type { Lab } from '../lab-config.ts';
import type { Endpoint } from '../reachability.ts';
import type { Tally } from './tally.ts';

/** What the checks of a running lab share. */
export interface SmokeContext {
  readonly lab: Lab;
  readonly client: ApiClient;
  readonly pods: readonly Endpoint[];
  readonly tally: Tally;
}

/** A pair of pods on different nodes, or the first two where there is one node. */
export function farPair(pods: readonly Endpoint[]): readonly [Endpoint, Endpoint] {
  const [first, second] = pods;
  const far = pods.find(({ node }) => node !== first?.node) ?? second;
  if (first === undefined || far === undefined)
    throw new LabError('NOT_FOUND', `two pods are needed for a ping, there are ${pods.length}`);
  return [first, far];
}
