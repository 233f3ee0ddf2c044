import type { FieldError } from './api-error.ts';
import { at, type Fields, fieldsOf, isFields, listAt } from './object.ts';

const preserves = (schema: Fields): boolean => schema['x-kubernetes-preserve-unknown-fields'] === true;

/** The schema of a field: of its own name, or of all others (additionalProperties). */
function fieldSchema(schema: Fields, name: string): Fields | undefined {
  const own = fieldsOf(schema['properties'])[name];
  if (isFields(own)) return own;
  const rest = schema['additionalProperties'];
  if (isFields(rest)) return rest;
  return rest === true ? {} : undefined;
}

/** Drop the fields that a structural schema does not know (apiextensions, "Field pruning"). */
export function pruned(schema: Fields, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => pruned(fieldsOf(schema['items']), item));
  if (!isFields(value)) return value;
  const result: Fields = {};
  for (const [name, inner] of Object.entries(value)) {
    const known = fieldSchema(schema, name);
    if (known) result[name] = pruned(known, inner);
    else if (preserves(schema) || schema['type'] === undefined) result[name] = inner;
  }
  return result;
}

/** Fill in the schema's defaults, outermost first. */
export function withSchemaDefaults(schema: Fields, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withSchemaDefaults(fieldsOf(schema['items']), item));
  if (!isFields(value)) return value;
  const result: Fields = { ...value };
  for (const [name, property] of Object.entries(fieldsOf(schema['properties']))) {
    const fallback = fieldsOf(property)['default'];
    if (result[name] === undefined && fallback !== undefined) result[name] = structuredClone(fallback);
  }
  for (const [name, inner] of Object.entries(result)) {
    result[name] = withSchemaDefaults(fieldSchema(schema, name) ?? {}, inner);
  }
  return result;
}

const typeOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : value === null ? 'null' : Number.isInteger(value) ? 'integer' : typeof value;

/** What breaks the schema: types, required fields, enums, ranges, lengths and patterns. Not CEL rules. */
export function schemaErrors(schema: Fields, value: unknown, path = ''): readonly FieldError[] {
  const invalid = (message: string): FieldError => ({ reason: 'FieldValueInvalid', field: path || '<root>', message });
  const shown = JSON.stringify(value);
  const type = typeOf(value);
  const wanted = schema['type'];
  const intOrString = schema['x-kubernetes-int-or-string'] === true && (type === 'integer' || type === 'string');
  if (value === null && schema['nullable'] === true) return [];
  if (wanted && wanted !== type && !(wanted === 'number' && type === 'integer') && !intOrString) {
    return [invalid(`Invalid value: "${type}": ${path} in body must be of type ${wanted}: "${type}"`)];
  }
  const errors: FieldError[] = [];
  const allowed = schema['enum'];
  if (Array.isArray(allowed) && !allowed.includes(value)) {
    const values = allowed.map((item) => JSON.stringify(item)).join(', ');
    errors.push({
      reason: 'FieldValueNotSupported',
      field: path,
      message: `Unsupported value: ${shown}: supported values: ${values}`,
    });
  }
  if (typeof value === 'string') errors.push(...textErrors(schema, value, invalid));
  if (typeof value === 'number') {
    if (value < Number(schema['minimum'] ?? -Infinity))
      errors.push(invalid(`Invalid value: ${shown}: should be greater than or equal to ${schema['minimum']}`));
    if (value > Number(schema['maximum'] ?? Infinity))
      errors.push(invalid(`Invalid value: ${shown}: should be less than or equal to ${schema['maximum']}`));
  }
  if (Array.isArray(value)) {
    if (value.length < Number(schema['minItems'] ?? 0))
      errors.push(invalid(`Invalid value: ${value.length}: must have at least ${schema['minItems']} items`));
    if (value.length > Number(schema['maxItems'] ?? Infinity))
      errors.push(invalid(`Too many: ${value.length}: must have at most ${schema['maxItems']} items`));
    errors.push(...value.flatMap((item, index) => schemaErrors(fieldsOf(schema['items']), item, `${path}[${index}]`)));
  }
  if (isFields(value)) errors.push(...objectErrors(schema, value, path));
  return errors;
}

function textErrors(schema: Fields, value: string, invalid: (message: string) => FieldError): readonly FieldError[] {
  const pattern = schema['pattern'];
  const errors: FieldError[] = [];
  if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value))
    errors.push(invalid(`Invalid value: ${JSON.stringify(value)}: should match '${pattern}'`));
  if (value.length < Number(schema['minLength'] ?? 0))
    errors.push(
      invalid(`Invalid value: ${JSON.stringify(value)}: should be at least ${schema['minLength']} chars long`),
    );
  if (value.length > Number(schema['maxLength'] ?? Infinity))
    errors.push(invalid(`Too long: may not be more than ${schema['maxLength']} bytes`));
  return errors;
}

function objectErrors(schema: Fields, value: Fields, path: string): readonly FieldError[] {
  const inner = (name: string): string => (path ? `${path}.${name}` : name);
  const missing = listAt(schema, 'required')
    .map(String)
    .filter((name) => value[name] === undefined && name !== 'metadata')
    .map((name): FieldError => ({ reason: 'FieldValueRequired', field: inner(name), message: 'Required value' }));
  const count = Object.keys(value).length;
  const few = count < Number(at(schema, 'minProperties') ?? 0);
  return [
    ...missing,
    ...(few
      ? [
          {
            reason: 'FieldValueInvalid',
            field: path,
            message: `Invalid value: ${count}: should have at least ${schema['minProperties']} properties`,
          } as const,
        ]
      : []),
    ...Object.entries(value).flatMap(([name, item]) => {
      const known = fieldSchema(schema, name);
      return known && item !== undefined ? schemaErrors(known, item, inner(name)) : [];
    }),
  ];
}
