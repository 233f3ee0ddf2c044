/**
 * Kubernetes as tables: informers that fill tables of `@ovnkube/incremental`, patches of annotations and status, events
 * and leader election. Connections are plain HTTP requests of Node; the large client library is loaded only where a
 * kubeconfig asks for a credential plugin.
 */
export type { Access } from './access.ts';
export { AnnotationWriter, type AnnotationWriterOptions } from './annotation-writer.ts';
export { Backoff, type BackoffOptions } from './backoff.ts';
export {
  type ApiObject,
  type CallOptions,
  type ClientOptions,
  KubeClient,
  type NewObject,
  type ObjectWithName,
  type Selection,
  type WatchEvent,
  type WriteOptions,
} from './client.ts';
export { type Clock, systemClock } from './clock.ts';
export { isKubeError, KubeError, type KubeErrorCode, type KubeErrorDetails } from './error.ts';
export { EventRecorder, type EventRecorderOptions, type EventSubject, type KubeEvent } from './events.ts';
export { type Informer, type InformerOptions, startInformer } from './informer.ts';
export { type AccessOptions, loadAccess } from './kubeconfig.ts';
export { type LeaderElectionOptions, type Leadership, lead } from './leader-election.ts';
export type { Log } from './log.ts';
export {
  type ModifyOptions,
  modify,
  type PatchAnnotationsOptions,
  patchAnnotations,
  type TargetRef,
} from './modify.ts';
export { defineResource, type FieldMask, type ObjectRef, objectKey, type Resource } from './resource.ts';
export { resources } from './resources.ts';
export type {
  ConfigMap,
  Container,
  EndpointSlice,
  IntOrString,
  LabelSelector,
  Namespace,
  NamespacedMetadata,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  Node,
  Pod,
  RowMetadata,
  Service,
} from './rows.ts';
export type { Transport, TransportRequest, TransportResponse } from './transport.ts';
