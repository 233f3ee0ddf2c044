import type { Fields } from './object.ts';

/** Reasons of a Kubernetes `Status` and their HTTP codes (k8s.io/apimachinery, meta/v1 StatusReason). */
export const statusCodes = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  Invalid: 422,
  UnsupportedMediaType: 415,
  InternalError: 500,
  /** A plain error of the server: the status carries no reason. */
  Unknown: 500,
  Timeout: 504,
} as const;

export type StatusReason = keyof typeof statusCodes;

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** A refusal that the client reads as a `Status` object. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly reason: StatusReason;
  readonly details: StatusDetails | undefined;

  constructor(reason: StatusReason, message: string, details?: StatusDetails) {
    super(message);
    this.reason = reason;
    this.details = details;
  }

  get code(): number {
    return statusCodes[this.reason];
  }

  toStatus(): Fields {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason !== 'Unknown' && { reason: this.reason }),
      ...(this.details && { details: this.details }),
      code: this.code,
    };
  }
}

interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

const details = ({ group, plural }: Named, name: string): StatusDetails => ({
  name,
  ...(group && { group }),
  kind: plural,
});
const qualified = ({ group, plural }: Named): string => (group ? `${plural}.${group}` : plural);

export const notFound = (resource: Named, name: string): ApiError =>
  new ApiError('NotFound', `${qualified(resource)} "${name}" not found`, details(resource, name));

export const alreadyExists = (resource: Named, name: string): ApiError =>
  new ApiError('AlreadyExists', `${qualified(resource)} "${name}" already exists`, details(resource, name));

export const conflict = (resource: Named, name: string, why = modified): ApiError =>
  new ApiError(
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    details(resource, name),
  );

const modified = 'the object has been modified; please apply your changes to the latest version and try again';

/** A field of an object that breaks a rule: `FieldValueInvalid`, `FieldValueRequired` and so on. */
export interface FieldError {
  readonly reason: 'FieldValueInvalid' | 'FieldValueRequired' | 'FieldValueNotSupported' | 'FieldValueForbidden';
  readonly field: string;
  readonly message: string;
}

export const invalid = (resource: Named, name: string, errors: readonly FieldError[]): ApiError =>
  new ApiError(
    'Invalid',
    `${resource.kind}${resource.group && `.${resource.group}`} "${name}" is invalid: ${errors.map((error) => `${error.field}: ${error.message}`).join(', ')}`,
    {
      ...(name && { name }),
      ...(resource.group && { group: resource.group }),
      kind: resource.kind,
      causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
    },
  );

export const badRequest = (message: string): ApiError => new ApiError('BadRequest', message);
