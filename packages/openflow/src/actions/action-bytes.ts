import type { Action } from '../model/action.ts';
import { Writer } from '../wire/writer.ts';
import { encodeActions } from './encode-actions.ts';

/** OpenFlow 1.5. */
const DEFAULT_VERSION = 6;

/** Actions as the bytes of a list of actions, e.g. for the user data of a `controller` action. `version` is the version byte. */
export function actionBytes(actions: readonly Action[], version = DEFAULT_VERSION): Uint8Array {
  const writer = new Writer();
  encodeActions(writer, actions, version);
  return writer.bytes.slice(0, writer.length);
}
