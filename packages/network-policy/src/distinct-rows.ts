import type { Entry, Graph, Table, UnitFunction } from '@ovnkube/incremental';

interface Claim<Row> {
  readonly key: string;
  readonly row: Row;
}

const first = <Row>([row]: readonly Row[], key: string): Row => {
  if (row === undefined) throw new Error(`${key} has no row`);
  return row;
};

/**
 * As `graph.derive`, for rows that many units produce alike: each is there once, as long as one of them does. It goes in
 * two steps, so that a unit that joins thousands of others is compared with a part of them only.
 */
export function deriveDistinct<From, Row>(
  graph: Graph,
  name: string,
  from: Table<From>,
  unit: UnitFunction<From, Row>,
): Table<Row> {
  const parts = graph.derive<From, Claim<Row>>(
    `${name}/parts`,
    from,
    (source, read, unitKey) => {
      const part = partOf(unitKey);
      return [...unit(source, read, unitKey)].map(([key, row]): Entry<Claim<Row>> => [`${part} ${key}`, { key, row }]);
    },
    { merge: first },
  );
  return graph.derive<Claim<Row>, Row>(name, parts, ({ key, row }) => [[key, row]], { merge: first });
}

/** One of 256 parts, told by a key alone. */
function partOf(key: string): number {
  let hash = 0;
  for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  return hash & 0xff;
}

/** Merges rows that are the same whichever unit made them. */
export const anyOf = { merge: first };
