import {
  type LabelSelector,
  type Labels,
  labelAnchors,
  selectorAnchors,
  selectorText,
  selects,
} from './label-selector.ts';
import type { Protocol } from './policy-port.ts';

/** Where what is selected is looked for: in one namespace by name, in those that a selector selects, or among the nodes. */
export type Scope =
  | { readonly kind: 'namespace'; readonly name: string }
  | { readonly kind: 'namespaces'; readonly selector: LabelSelector }
  | { readonly kind: 'nodes' };

/** A port of a container by its name. */
export interface NamedPort {
  readonly protocol: Protocol;
  readonly name: string;
}

/**
 * Pods, or nodes, that rules speak of. Equal selections of whatever policies are one, with one address set a family; with
 * a `port` they are the pods that have it, with a set for every number that it has.
 */
export interface Selection {
  /** What tells it from others, and says for a person what it is. */
  readonly key: string;
  readonly scope: Scope;
  readonly labels: LabelSelector;
  readonly port?: NamedPort;
}

export function selectionOf(scope: Scope, labels: LabelSelector, port?: NamedPort): Selection {
  const key = `${scopeText(scope)}/{${selectorText(labels)}}`;
  if (port === undefined) return { key, scope, labels };
  return { key: `${key} ${port.protocol}/${port.name}`, scope, labels, port };
}

function scopeText(scope: Scope): string {
  if (scope.kind === 'nodes') return '{nodes}';
  return scope.kind === 'namespace' ? scope.name : `{${selectorText(scope.selector)}}`;
}

/** The pods of a selection that have a named port. */
export const withPort = ({ scope, labels }: Selection, port: NamedPort): Selection => selectionOf(scope, labels, port);

/** A pod or a node as selections see it. */
export interface Selectable {
  /** Of a pod; a node is in none. */
  readonly namespace?: string;
  readonly labels: Labels;
  readonly namedPorts: readonly PodPort[];
}

export interface PodPort extends NamedPort {
  readonly number: number;
}

/** Anchors of scopes: names and labels of namespaces never begin with a slash. */
const byName = (namespace: string): string => `/${namespace}`;
const amongNodes = '//nodes';

/** Where a selection is filed, see `selectorAnchors`. */
export function selectionAnchors({ scope, labels }: Selection): readonly string[] {
  const anchors = selectorAnchors(labels);
  return scopeAnchors(scope).flatMap((each) => anchors.map((anchor) => `${each} ${anchor}`));
}

function scopeAnchors(scope: Scope): readonly string[] {
  if (scope.kind === 'nodes') return [amongNodes];
  return scope.kind === 'namespace' ? [byName(scope.name)] : selectorAnchors(scope.selector);
}

/** Every place where a selection of this pod or node may be filed. */
export function placesOf({ namespace, labels }: Selectable, namespaceLabels: Labels | undefined): readonly string[] {
  const scopes =
    namespace === undefined
      ? [amongNodes]
      : [byName(namespace), ...(namespaceLabels ? labelAnchors(namespaceLabels) : [])];
  const anchors = labelAnchors(labels);
  return scopes.flatMap((scope) => anchors.map((anchor) => `${scope} ${anchor}`));
}

/** Whether a selection, its port aside, takes in a pod or a node. Without labels a pod's namespace is not known. */
export const includes = ({ scope, labels }: Selection, one: Selectable, namespaceLabels: Labels | undefined): boolean =>
  isInScope(scope, one, namespaceLabels) && selects(labels, one.labels);

function isInScope(scope: Scope, { namespace }: Selectable, namespaceLabels: Labels | undefined): boolean {
  switch (scope.kind) {
    case 'nodes':
      return namespace === undefined;
    case 'namespace':
      return namespace === scope.name;
    case 'namespaces':
      return namespace !== undefined && namespaceLabels !== undefined && selects(scope.selector, namespaceLabels);
  }
}

/** The numbers under which a pod has a named port, in order: usually one or none. */
export function numbersOf({ namedPorts }: Selectable, { protocol, name }: NamedPort): readonly number[] {
  const own = namedPorts.filter((port) => port.name === name && port.protocol === protocol);
  return [...new Set(own.map(({ number }) => number))].sort((a, b) => a - b);
}
