import { badRequest } from './api-error.ts';
import type { Fields } from './object.ts';

/**
 * How a field is read: text, bytes (base64 in JSON), a whole number (0 is absent), an optional one (0 is 0), a message, or a
 * map from text.
 */
type FieldType = 'text' | 'bytes' | 'number' | 'optional' | Message | { readonly map: 'text' | 'bytes' };

/** Fields of a message by their numbers; `list` for repeated ones. */
interface Message {
  readonly [field: number]: readonly [name: string, type: FieldType, list?: 'list'];
}

// Field numbers: generated.proto of k8s.io/apimachinery (meta/v1) and k8s.io/api (core/v1, apps/v1).
const textMap = { map: 'text' } as const;
const objectMeta: Message = {
  1: ['name', 'text'],
  2: ['generateName', 'text'],
  3: ['namespace', 'text'],
  5: ['uid', 'text'],
  6: ['resourceVersion', 'text'],
  11: ['labels', textMap],
  12: ['annotations', textMap],
  14: ['finalizers', 'text', 'list'],
};
/** Read by {@link simplified}: `{ type, intVal, strVal }` is a number or a text in JSON. */
const intOrString: Message = { 1: ['type', 'number'], 2: ['intVal', 'number'], 3: ['strVal', 'text'] };
const servicePort: Message = {
  1: ['name', 'text'],
  2: ['protocol', 'text'],
  3: ['port', 'number'],
  4: ['targetPort', intOrString],
  5: ['nodePort', 'number'],
};
const serviceSpec: Message = {
  1: ['ports', servicePort, 'list'],
  2: ['selector', textMap],
  3: ['clusterIP', 'text'],
  4: ['type', 'text'],
  5: ['externalIPs', 'text', 'list'],
  7: ['sessionAffinity', 'text'],
  10: ['externalName', 'text'],
  18: ['clusterIPs', 'text', 'list'],
};
const containerPort: Message = {
  1: ['name', 'text'],
  2: ['hostPort', 'number'],
  3: ['containerPort', 'number'],
  4: ['protocol', 'text'],
};
const container: Message = {
  1: ['name', 'text'],
  2: ['image', 'text'],
  3: ['command', 'text', 'list'],
  4: ['args', 'text', 'list'],
  6: ['ports', containerPort, 'list'],
};
const podTemplate: Message = { 1: ['metadata', objectMeta], 2: ['spec', { 2: ['containers', container, 'list'] }] };
const deploymentSpec: Message = {
  1: ['replicas', 'optional'],
  2: ['selector', { 1: ['matchLabels', textMap] }],
  3: ['template', podTemplate],
};

/** The kinds that kubectl makes with typed clients: `kubectl create namespace`, `configmap` and so on. */
const kinds: Readonly<Record<string, Message>> = {
  Namespace: { 1: ['metadata', objectMeta] },
  ConfigMap: { 1: ['metadata', objectMeta], 2: ['data', textMap], 3: ['binaryData', { map: 'bytes' }] },
  Secret: {
    1: ['metadata', objectMeta],
    2: ['data', { map: 'bytes' }],
    3: ['type', 'text'],
    4: ['stringData', textMap],
  },
  ServiceAccount: { 1: ['metadata', objectMeta] },
  Service: { 1: ['metadata', objectMeta], 2: ['spec', serviceSpec] },
  Deployment: { 1: ['metadata', objectMeta], 2: ['spec', deploymentSpec] },
  DeleteOptions: { 1: ['gracePeriodSeconds', 'optional'], 4: ['propagationPolicy', 'text'] },
};

/** runtime.Unknown: what an object is wrapped in, after four bytes of magic. */
const unknown: Message = { 1: ['typeMeta', { 1: ['apiVersion', 'text'], 2: ['kind', 'text'] }], 2: ['raw', 'bytes'] };
const magic = Buffer.from('k8s\0');

/** An object in Kubernetes' protobuf encoding as the JSON it stands for; BadRequest for a kind whose fields are not known. */
export function decodeProtobuf(body: Buffer): Fields {
  if (!body.subarray(0, 4).equals(magic))
    throw badRequest('the body is no Kubernetes protobuf: it does not begin with k8s');
  const { typeMeta, raw } = decode(body.subarray(4), unknown);
  const { apiVersion, kind } = Object(typeMeta);
  const message = kinds[kind];
  if (!message) throw badRequest(`${kind} in protobuf is not read here; send JSON`);
  return { apiVersion, kind, ...decode(Buffer.from(String(raw ?? ''), 'base64'), message) };
}

function decode(bytes: Buffer, message: Message): Fields {
  const result: Fields = {};
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw badRequest('the protobuf body ends in the midst of a number');
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const wire = tag % 8;
    // Kubernetes' messages use varints (0) and lengths (2); 1 and 5 are fixed numbers of 8 and 4 bytes.
    const size = wire === 2 ? varint() : wire === 1 ? 8 : wire === 5 ? 4 : 0;
    const value = wire === 0 ? varint() : bytes.subarray(at, at + size);
    at += size;
    const field = message[Math.floor(tag / 8)];
    if (!field) continue;
    const [name, type, list] = field;
    const read = fieldValue(value, type);
    if (list) result[name] = [...(Array.isArray(result[name]) ? result[name] : []), read];
    else if (typeof type === 'object' && 'map' in type) result[name] = { ...Object(result[name]), ...Object(read) };
    else if (read !== '' && !(read === 0 && type === 'number')) result[name] = read;
  }
  return result;
}

function fieldValue(value: number | Buffer, type: FieldType): unknown {
  if (typeof value === 'number') return value;
  if (type === 'text') return value.toString();
  if (type === 'bytes') return value.toString('base64');
  if (typeof type !== 'object') return undefined;
  if (!('map' in type)) return simplified(decode(value, type), type);
  const { key = '', item = '' } = decode(value, {
    1: ['key', 'text'],
    2: ['item', type.map === 'text' ? 'text' : 'bytes'],
  });
  return { [String(key)]: item };
}

/** An IntOrString as JSON writes it; every other message as it is. */
function simplified(fields: Fields, type: Message): unknown {
  if (type !== intOrString) return fields;
  return fields['type'] === 1 ? (fields['strVal'] ?? '') : (fields['intVal'] ?? 0);
}
