import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { LabError } from '../error.ts';
import { type ApiClient, statusText } from './client.ts';
import type { KubeObject } from './objects.ts';

/** An object of a manifest: everything that names it. */
interface Manifest extends KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

/** Read all objects of a YAML or JSON file, `-` being standard input. `List`s are taken apart. */
export function readManifest(file: string): readonly Manifest[] {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new LabError(
      'BAD_FLAG',
      `-f ${file}: cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  return parseManifest(text, file);
}

export function parseManifest(text: string, name: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document, index) => {
    const [error] = document.errors;
    if (error) throw new LabError('BAD_FLAG', `${name}: document ${index + 1}: ${error.message}`);
    return objectsOf(document.toJS(), `${name}: document ${index + 1}`);
  });
}

function objectsOf(value: unknown, where: string): readonly Manifest[] {
  if (value === null || value === undefined) return [];
  const object = value as Partial<Manifest> & { readonly items?: readonly unknown[] };
  if (object.kind === 'List')
    return (object.items ?? []).flatMap((item, index) => objectsOf(item, `${where}, item ${index}`));
  const { apiVersion, kind, metadata } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof metadata?.name !== 'string')
    throw new LabError('BAD_FLAG', `${where}: must have apiVersion, kind and metadata.name`);
  return [{ ...object, apiVersion, kind, metadata }];
}

/** Resolves kinds to paths by the server's discovery documents, each asked for once. */
class ResourcePaths {
  readonly #client: ApiClient;
  readonly #lists = new Map<string, Promise<ResourceList>>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  async of({ apiVersion, kind, metadata }: Manifest): Promise<string> {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const list = this.#lists.get(root) ?? this.#client.json<ResourceList>(root);
    this.#lists.set(root, list);
    const resource = (await list).resources.find(
      (candidate) => candidate.kind === kind && !candidate.name.includes('/'),
    );
    if (resource === undefined) throw new LabError('NOT_FOUND', `the API server has no kind ${kind} in ${apiVersion}`);
    const scope = resource.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
    return `${root}${scope}/${resource.name}/${metadata.name}`;
  }
}

const fieldManager = 'ovnkube-lab';

/** Server-side apply; what came of each object. */
export async function apply(client: ApiClient, objects: readonly Manifest[]): Promise<readonly string[]> {
  const paths = new ResourcePaths(client);
  const outcomes: string[] = [];
  for (const object of objects) {
    const path = `${await paths.of(object)}?fieldManager=${fieldManager}&force=true`;
    const { status, body } = await client.ask(path, {
      method: 'PATCH',
      body: object,
      contentType: 'application/apply-patch+yaml',
    });
    if (status >= 300) throw new LabError('API', `${object.kind} ${object.metadata.name}: ${statusText(status, body)}`);
    outcomes.push(`${object.kind.toLowerCase()}/${object.metadata.name} ${status === 201 ? 'created' : 'applied'}`);
  }
  return outcomes;
}

/** Delete the objects; one that is gone already is no error. */
export async function remove(client: ApiClient, objects: readonly Manifest[]): Promise<readonly string[]> {
  const paths = new ResourcePaths(client);
  const outcomes: string[] = [];
  for (const object of objects) {
    const { status, body } = await client.ask(await paths.of(object), { method: 'DELETE' });
    if (status >= 300 && status !== 404)
      throw new LabError('API', `${object.kind} ${object.metadata.name}: ${statusText(status, body)}`);
    outcomes.push(
      `${object.kind.toLowerCase()}/${object.metadata.name} ${status === 404 ? 'was not there' : 'deleted'}`,
    );
  }
  return outcomes;
}
