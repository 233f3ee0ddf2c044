import { describe, expect, it } from 'vitest';
import { exampleManifest } from '../example.ts';
import { parseManifest } from './manifest.ts';

describe('parseManifest', () => {
  it('reads every document, and takes lists apart', () => {
    const text = `apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Pod, metadata: {name: a}}
  - {apiVersion: v1, kind: Pod, metadata: {name: b}}
---
# only a comment
---
{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "c"}}
`;
    expect(parseManifest(text, 'x').map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      'Pod/a',
      'Pod/b',
      'Deployment/c',
    ]);
  });

  it.each([
    ['kind: Pod', 'x: document 1: must have apiVersion, kind and metadata.name'],
    ['apiVersion: v1\nkind: Pod\nmetadata: {}', 'x: document 1: must have'],
    ['a: [', 'x: document 1: '],
    ['{apiVersion: v1, kind: List, items: [{kind: Pod}]}', 'x: document 1, item 0: must have'],
  ])('names the document that is wrong in %j', (text, words) => {
    expect(() => parseManifest(text, 'x')).toThrowError(words);
  });

  it('reads the example', () => {
    expect(parseManifest(exampleManifest(4), 'example')).toHaveLength(4);
  });
});
