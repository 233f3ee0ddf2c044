import {
  type LabelSelector,
  type Labels,
  labelAnchors,
  selectorAnchors,
  selectorText,
  selects,
} from './label-selector.ts';
import type { Protocol } from './policy-port.ts';

/** Which namespaces pods are taken from: one by name, or those that a selector selects. */
export type NamespaceScope =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'selector'; readonly selector: LabelSelector };

/** A port of a container by its name. */
export interface NamedPort {
  readonly protocol: Protocol;
  readonly name: string;
}

/**
 * Pods that rules speak of. Equal selections of whatever policies are one, with one address set a family; with a `port`
 * they are the pods that have it, with a set for every number that it has.
 */
export interface PodSelection {
  /** What tells it from others, and says for a person what it is. */
  readonly key: string;
  readonly namespaces: NamespaceScope;
  readonly pods: LabelSelector;
  readonly port?: NamedPort;
}

export function podSelection(namespaces: NamespaceScope, pods: LabelSelector, port?: NamedPort): PodSelection {
  const scope = namespaces.kind === 'name' ? namespaces.name : `{${selectorText(namespaces.selector)}}`;
  const key = `${scope}/{${selectorText(pods)}}`;
  if (port === undefined) return { key, namespaces, pods };
  return { key: `${key} ${port.protocol}/${port.name}`, namespaces, pods, port };
}

/** The pods of a selection that have a named port. */
export const withPort = ({ namespaces, pods }: PodSelection, port: NamedPort): PodSelection =>
  podSelection(namespaces, pods, port);

/** A pod as selections see it. */
export interface SelectablePod {
  readonly namespace: string;
  readonly labels: Labels;
  readonly namedPorts: readonly PodPort[];
}

export interface PodPort extends NamedPort {
  readonly number: number;
}

const joined = (scope: string, pods: string): string => `${scope} ${pods}`;

/** Where a selection is filed, see `selectorAnchors`. */
export function selectionAnchors({ namespaces, pods }: PodSelection): readonly string[] {
  const scopes = namespaces.kind === 'name' ? [`/${namespaces.name}`] : selectorAnchors(namespaces.selector);
  const anchors = selectorAnchors(pods);
  return scopes.flatMap((scope) => anchors.map((anchor) => joined(scope, anchor)));
}

/** Every place where a selection of this pod may be filed. */
export function podAnchors(
  { namespace, labels }: SelectablePod,
  namespaceLabels: Labels | undefined,
): readonly string[] {
  const scopes = [`/${namespace}`, ...(namespaceLabels ? labelAnchors(namespaceLabels) : [])];
  const anchors = labelAnchors(labels);
  return scopes.flatMap((scope) => anchors.map((anchor) => joined(scope, anchor)));
}

/** Whether a selection, its port aside, takes in a pod. `namespaceLabels` are undefined while its namespace is not known. */
export function includes(
  { namespaces, pods }: PodSelection,
  pod: SelectablePod,
  namespaceLabels: Labels | undefined,
): boolean {
  const inScope =
    namespaces.kind === 'name'
      ? namespaces.name === pod.namespace
      : namespaceLabels !== undefined && selects(namespaces.selector, namespaceLabels);
  return inScope && selects(pods, pod.labels);
}

/** The numbers under which a pod has a named port, in order: usually one or none. */
export function numbersOf(pod: SelectablePod, { protocol, name }: NamedPort): readonly number[] {
  const own = pod.namedPorts.filter((port) => port.name === name && port.protocol === protocol);
  return [...new Set(own.map(({ number }) => number))].sort((a, b) => a - b);
}
