import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adminPolicy } from './admin-world.ts';
import { tables } from './cluster.ts';
import { Twin } from './twin.ts';
import { change } from './world.ts';

/** What fails is not made smaller where only the failure counts, as in mutation tests. */
const endOnFailure = process.env['OVNKUBE_END_ON_FAILURE'] === '1';
const numRuns = process.env['OVNKUBE_LONG'] === '1' ? 2_000 : 40;

/** Both zones hold what a start from nothing gives, and nothing went wrong on the way. */
function expectFresh(twin: Twin): void {
  for (const [name, zone] of twin.zones) {
    expect(tables(zone.compiled)).toEqual(tables(twin.fresh(name).compiled));
    expect([...zone.compiled.problems.entries()]).toEqual([]);
    expect([...zone.graph.errors()]).toEqual([]);
  }
}

const start = fc.array(change, { minLength: 12, maxLength: 24 });
const changes = fc.array(change, { minLength: 1, maxLength: 5 });

describe('in random worlds', { timeout: 900_000 }, () => {
  it('the rows say what the API says, and are those of a start from nothing', () => {
    fc.assert(
      fc.property(fc.array(changes, { minLength: 2, maxLength: 6 }), start, (commits, first) => {
        const twin = new Twin();
        twin.apply(first);
        for (const each of commits) {
          twin.apply(each);
          expect(twin.disagreements()).toEqual([]);
        }
        expectFresh(twin);
      }),
      { numRuns, endOnFailure },
    );
  });

  it.each(['v1alpha1', 'v1alpha2'] as const)(
    'so they do with admin and baseline tiers in the words of %s',
    (dialect) => {
      const admin = fc.array(adminPolicy, { maxLength: 4 });
      fc.assert(
        fc.property(fc.array(fc.tuple(changes, admin), { minLength: 1, maxLength: 4 }), start, (commits, first) => {
          const twin = new Twin(dialect);
          twin.apply(first);
          for (const [each, policies] of commits) {
            twin.apply(each);
            twin.setAdminPolicies(policies);
            expect(twin.disagreements()).toEqual([]);
          }
          expectFresh(twin);
        }),
        { numRuns, endOnFailure },
      );
    },
  );
});
