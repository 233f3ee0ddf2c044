import type { FieldError } from './api-error.ts';
import { at, fieldsOf, isFields, type KubeObject, listAt, textAt } from './object.ts';
import { age, ageColumn, nameColumn } from './printer-columns.ts';
import type { PrinterColumn, Resource } from './resource.ts';
import { pruned, schemaErrors, withSchemaDefaults } from './structural-schema.ts';

/** The rules of a CustomResourceDefinition that the server itself depends on. */
export function validateCustomResourceDefinition(object: KubeObject): readonly FieldError[] {
  const group = textAt(object, 'spec.group') ?? '';
  const plural = textAt(object, 'spec.names.plural') ?? '';
  const errors: FieldError[] = [];
  if (object.metadata.name !== `${plural}.${group}`) {
    errors.push({
      reason: 'FieldValueInvalid',
      field: 'metadata.name',
      message: `Invalid value: "${object.metadata.name}": must be spec.names.plural+"."+spec.group`,
    });
  }
  for (const path of ['spec.names.kind', 'spec.scope']) {
    if (!textAt(object, path)) errors.push({ reason: 'FieldValueRequired', field: path, message: 'Required value' });
  }
  const storage = listAt(object, 'spec.versions').filter((version) => at(version, 'storage') === true);
  if (storage.length !== 1) {
    errors.push({
      reason: 'FieldValueInvalid',
      field: 'spec.versions',
      message: 'Invalid value: must have exactly one version marked as storage version',
    });
  }
  for (const [index, version] of listAt(object, 'spec.versions').entries()) {
    if (!isFields(at(version, 'schema.openAPIV3Schema'))) {
      errors.push({
        reason: 'FieldValueRequired',
        field: `spec.versions[${index}].schema.openAPIV3Schema`,
        message: 'Required value: schemas are required',
      });
    }
  }
  return errors;
}

/** The status that the CRD's own controllers would write: names accepted, established. */
export function establishedStatus(definition: KubeObject, time: string): KubeObject {
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    lastTransitionTime: time,
    reason,
    message,
  });
  return {
    ...definition,
    status: {
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
      acceptedNames: at(definition, 'spec.names'),
      storedVersions: listAt(definition, 'spec.versions')
        .filter((version) => at(version, 'storage') === true)
        .map((version) => textAt(version, 'name')),
    },
  };
}

/** The resources that a definition serves, one per served version. */
export function customResources(definition: KubeObject): readonly Resource[] {
  const text = (path: string): string => textAt(definition, path) ?? '';
  const words = (path: string): readonly string[] => listAt(definition, path).map(String);
  const kind = text('spec.names.kind');
  return listAt(definition, 'spec.versions')
    .filter((version) => at(version, 'served') === true)
    .map((version): Resource => {
      const schema = fieldsOf(at(version, 'schema.openAPIV3Schema'));
      return {
        group: text('spec.group'),
        version: textAt(version, 'name') ?? '',
        kind,
        plural: text('spec.names.plural'),
        singular: text('spec.names.singular') || kind.toLowerCase(),
        shortNames: words('spec.names.shortNames'),
        categories: words('spec.names.categories'),
        namespaced: text('spec.scope') === 'Namespaced',
        statusSubresource: isFields(at(version, 'subresources.status')) ? 'status' : 'none',
        unconditionalUpdate: false,
        custom: true,
        selectableFields: listAt(version, 'selectableFields').map((field) =>
          (textAt(field, 'jsonPath') ?? '').slice(1),
        ),
        nameRule: 'subdomain',
        columns: printerColumns(version),
        defaults: (object) => {
          const { apiVersion, kind: kind_, metadata, ...rest } = object;
          return { ...fieldsOf(withSchemaDefaults(schema, pruned(schema, rest))), apiVersion, kind: kind_, metadata };
        },
        validate: ({ apiVersion: _, kind: __, metadata: ___, ...rest }) => schemaErrors(schema, rest),
      };
    });
}

/** additionalPrinterColumns, with the simple paths of JSONPath (`.spec.priority`). */
function printerColumns(version: unknown): readonly PrinterColumn[] {
  const own = listAt(version, 'additionalPrinterColumns').map((item): PrinterColumn => {
    const path = (textAt(item, 'jsonPath') ?? '').replace(/^\./, '');
    const date = textAt(item, 'type') === 'date';
    return {
      name: textAt(item, 'name') ?? '',
      type: date ? 'date' : 'string',
      priority: at(item, 'priority') ? 1 : 0,
      value: (object) => (date ? age(at(object, path)) : (jsonPath(object, path) ?? '')),
    };
  });
  return own.length > 0 ? [nameColumn, ...own] : [nameColumn, ageColumn];
}

/** Dotted path, with `[?(@.type=="X")]` filters and `[*]` of one step. */
function jsonPath(object: unknown, path: string): unknown {
  const filter = /^(.*?)\[\?\(@\.(\w+)\s*==\s*['"]([^'"]*)['"]\)\]\.?(.*)$/.exec(path);
  if (!filter) return at(object, path.replace('[*]', ''));
  const [, list = '', key = '', value, rest = ''] = filter;
  const item = listAt(object, list).find((candidate) => textAt(candidate, key) === value);
  return rest ? at(item, rest) : item;
}
