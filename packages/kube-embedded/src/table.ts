import type { Fields, KubeObject } from './object.ts';
import type { Resource } from './resource.ts';

/** Whether the client asks for rows made here (`kubectl get` does): meta.k8s.io/v1 Table. */
export const wantsTable = (accept: string): boolean => /application\/json;[^,]*as=Table/.test(accept);

/** Objects as rows with the resource's columns. `columns: false` on all but the first event of a watch. */
export function table(
  resource: Resource,
  objects: readonly KubeObject[],
  metadata: Fields,
  columns: boolean,
  includeObject = 'Metadata',
): Fields {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns
      ? resource.columns.map(({ name, type, priority }) => ({
          name,
          type,
          format: name === 'Name' ? 'name' : '',
          description: '',
          priority,
        }))
      : null,
    rows: objects.map((object) => ({
      cells: resource.columns.map(({ value }) => value(object)),
      object:
        includeObject === 'Object'
          ? object
          : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}
