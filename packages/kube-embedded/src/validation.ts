import type { FieldError } from './api-error.ts';
import { at, type KubeObject, listAt, textAt } from './object.ts';

/** RFC 1123 label and subdomain: the rules for names (k8s.io/apimachinery, util/validation). */
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualifiedName = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const annotationsLimit = 256 * 1024;

const invalidValue = (field: string, value: unknown, rule: string): FieldError => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${JSON.stringify(value)}: ${rule}`,
});
const required = (field: string, rule = 'Required value'): FieldError => ({
  reason: 'FieldValueRequired',
  field,
  message: rule,
});
const unsupported = (field: string, value: unknown, values: readonly string[]): FieldError => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${values.map((item) => JSON.stringify(item)).join(', ')}`,
});

const nameRules = {
  label: (name: string) =>
    name.length <= 63 && label.test(name)
      ? undefined
      : "a lowercase RFC 1123 label must consist of at most 63 lower case alphanumeric characters or '-'",
  subdomain: (name: string) =>
    name.length <= 253 && subdomain.test(name)
      ? undefined
      : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com')",
};

/** The rules of metadata that hold for every kind. */
export function metadata(object: KubeObject, nameRule: keyof typeof nameRules): readonly FieldError[] {
  const { name, labels, annotations } = object.metadata;
  const errors: FieldError[] = [];
  const broken = nameRules[nameRule](name);
  if (broken) errors.push(invalidValue('metadata.name', name, broken));
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (!qualifiedName.test(key)) errors.push(invalidValue('metadata.labels', key, 'not a qualified name'));
    if (typeof value !== 'string' || !labelValue.test(value)) {
      errors.push(
        invalidValue(
          'metadata.labels',
          value,
          "a valid label must be an empty string or consist of at most 63 alphanumeric characters, '-', '_' or '.'",
        ),
      );
    }
  }
  let size = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    if (!qualifiedName.test(key.toLowerCase()))
      errors.push(invalidValue('metadata.annotations', key, 'not a qualified name'));
    if (typeof value !== 'string') errors.push(invalidValue(`metadata.annotations.${key}`, value, 'must be a string'));
    size += key.length + String(value).length;
  }
  if (size > annotationsLimit) {
    errors.push({
      reason: 'FieldValueInvalid',
      field: 'metadata.annotations',
      message: `Too long: may not be more than ${annotationsLimit} bytes`,
    });
  }
  return errors;
}

export function pod(object: KubeObject, old: KubeObject | undefined): readonly FieldError[] {
  const containers = listAt(object, 'spec.containers');
  const errors = containerErrors('spec.containers', containers);
  const before = textAt(old, 'spec.nodeName');
  if (before && textAt(object, 'spec.nodeName') !== before) {
    errors.push({
      reason: 'FieldValueForbidden',
      field: 'spec',
      message:
        'Forbidden: pod updates may not change fields other than `spec.containers[*].image`, `spec.tolerations` and a few others',
    });
  }
  return errors;
}

function containerErrors(field: string, containers: readonly unknown[]): FieldError[] {
  if (containers.length === 0) return [required(field)];
  return containers.flatMap((item, index) => {
    const name = textAt(item, 'name');
    if (!name) return [required(`${field}[${index}].name`)];
    return label.test(name) ? [] : [invalidValue(`${field}[${index}].name`, name, 'not an RFC 1123 label')];
  });
}

export function workload(object: KubeObject): readonly FieldError[] {
  const errors = containerErrors('spec.template.spec.containers', listAt(object, 'spec.template.spec.containers'));
  if (at(object, 'spec.selector') === undefined) errors.push(required('spec.selector'));
  return errors;
}

const serviceTypes = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

export function service(object: KubeObject, old: KubeObject | undefined): readonly FieldError[] {
  const errors: FieldError[] = [];
  const address = textAt(object, 'spec.clusterIP');
  const before = textAt(old, 'spec.clusterIP');
  if (before && address !== before && textAt(object, 'spec.type') !== 'ExternalName') {
    errors.push(invalidValue('spec.clusterIPs[0]', address, 'may not change once set'));
  }
  const type = textAt(object, 'spec.type') ?? '';
  if (!serviceTypes.includes(type)) errors.push(unsupported('spec.type', type, serviceTypes));
  const ports = listAt(object, 'spec.ports');
  if (ports.length === 0 && type !== 'ExternalName' && at(object, 'spec.clusterIP') !== 'None') {
    errors.push(required('spec.ports'));
  }
  for (const [index, item] of ports.entries()) {
    const port = at(item, 'port');
    if (typeof port !== 'number' || port < 1 || port > 65_535) {
      errors.push(invalidValue(`spec.ports[${index}].port`, port ?? 0, 'must be between 1 and 65535, inclusive'));
    }
    if (ports.length > 1 && !textAt(item, 'name')) errors.push(required(`spec.ports[${index}].name`));
  }
  return errors;
}

export function event(object: KubeObject): readonly FieldError[] {
  const about = textAt(object, 'involvedObject.namespace');
  const { namespace } = object.metadata;
  // Events about cluster-scoped objects live in `default`.
  return (about ?? 'default') === namespace || (about === undefined && namespace === 'kube-system')
    ? []
    : [invalidValue('involvedObject.namespace', about ?? '', 'does not match event.namespace')];
}

const addressTypes = ['IPv4', 'IPv6', 'FQDN'];

export function endpointSlice(object: KubeObject, old: KubeObject | undefined): readonly FieldError[] {
  const type = textAt(object, 'addressType');
  if (!type) return [required('addressType')];
  if (!addressTypes.includes(type)) return [unsupported('addressType', type, addressTypes)];
  const before = textAt(old, 'addressType');
  return before && before !== type ? [invalidValue('addressType', type, 'field is immutable')] : [];
}

const policyTypes = ['Egress', 'Ingress'];
const protocols = ['SCTP', 'TCP', 'UDP'];

export function networkPolicy(object: KubeObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, type] of listAt(object, 'spec.policyTypes').entries()) {
    if (!policyTypes.includes(String(type))) errors.push(unsupported(`spec.policyTypes[${index}]`, type, policyTypes));
  }
  for (const direction of ['ingress', 'egress']) {
    for (const [index, rule] of listAt(object, `spec.${direction}`).entries()) {
      for (const [position, port] of listAt(rule, 'ports').entries()) {
        const protocol = textAt(port, 'protocol') ?? 'TCP';
        if (!protocols.includes(protocol)) {
          errors.push(unsupported(`spec.${direction}[${index}].ports[${position}].protocol`, protocol, protocols));
        }
      }
    }
  }
  return errors;
}

export function serviceCidr(object: KubeObject, old: KubeObject | undefined): readonly FieldError[] {
  if (listAt(object, 'spec.cidrs').length === 0) return [required('spec.cidrs')];
  return old && listAt(old, 'spec.cidrs').join() !== listAt(object, 'spec.cidrs').join()
    ? [invalidValue('spec.cidrs', listAt(object, 'spec.cidrs'), 'field is immutable')]
    : [];
}
