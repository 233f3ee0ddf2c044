import type { Chassis, Datapath } from '../compile-context.ts';
import { type Expression, isJunction } from '../expr/expression.ts';
import { parseExpression } from '../expr/parse.ts';
import type { Limits } from '../limits.ts';
import type { Release } from '../release.ts';

/** What a match is as long as nothing is known of its comparisons; undefined: it depends on them. */
function known(expression: Expression, isResident: (port: string) => boolean): boolean | undefined {
  if (isJunction(expression)) {
    // What decides an AND is false, what decides an OR is true.
    const decisive = expression.kind === 'or';
    let all = true;
    for (const term of expression.terms) {
      const value = known(term, isResident);
      if (value === decisive) return decisive;
      if (value === undefined) all = false;
    }
    return all ? !decisive : undefined;
  }
  if (expression.kind === 'boolean') return expression.value;
  if (expression.kind === 'condition') return isResident(expression.port) !== expression.negated;
  return undefined;
}

/** A stand-in for the members of a set that has some. */
const SOME = ['0'];

function stand(members: readonly string[] | undefined): readonly string[] | undefined {
  return members === undefined || members.length === 0 ? members : SOME;
}

/** Whether a match that is valid can match nothing, because sets are empty or ports are not here, whatever else it says. */
export function isNever(
  match: string,
  datapath: Datapath,
  chassis: Chassis,
  release: Release,
  limits: Limits,
): boolean {
  const expression = parseExpression(match, {
    symbols: release.symbols,
    limits,
    datapathKey: datapath.tunnelKey,
    addressSet: (name) => stand(chassis.addressSet?.(name)),
    portGroup: (name) => stand(chassis.portGroup?.(name)),
  });
  return known(expression, chassis.isChassisResident) === false;
}
