/** What went wrong, closed. `conflict` and `expired` are what callers handle most. */
export type KubeErrorCode =
  /** The kubeconfig or the in-cluster files cannot be used. */
  | 'config'
  /** No answer: refused, cut, name not found, certificate not trusted. */
  | 'connection'
  | 'timeout'
  | 'badRequest'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'alreadyExists'
  /** Written by somebody else in between, or a field has another owner. */
  | 'conflict'
  /** 410 Gone: the version asked for is forgotten. */
  | 'expired'
  | 'invalid'
  | 'tooManyRequests'
  /** Any other answer that is no success, or no JSON. */
  | 'server';

/** Details of a refusal by the API server. */
export interface KubeErrorDetails {
  /** `GET /api/v1/nodes/a`. */
  readonly request?: string;
  /** HTTP status code. */
  readonly status?: number;
  /** `reason` of the Status object, such as `NotFound`. */
  readonly reason?: string;
  /** Fields of the object that the refusal is about, such as `metadata.uid`. */
  readonly fields?: readonly string[];
  /** Seconds after which the server asks to be tried again. */
  readonly retryAfterSeconds?: number;
}

/** The one error of this package: the message names the file or the request, the field, and what would be right. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly code: KubeErrorCode;
  readonly details: KubeErrorDetails;

  constructor(code: KubeErrorCode, message: string, options: { cause?: unknown; details?: KubeErrorDetails } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Whether `error` is a KubeError with one of the codes, or with any. */
export const isKubeError = (error: unknown, ...codes: readonly KubeErrorCode[]): error is KubeError =>
  error instanceof KubeError && (codes.length === 0 || codes.includes(error.code));

const codes: Readonly<Record<number, KubeErrorCode>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  410: 'expired',
  422: 'invalid',
  429: 'tooManyRequests',
  504: 'timeout',
};

/** A refusal as an error. `body` is a Status object where the server sent one, else text. */
export function refusal(request: string, status: number, body: unknown): KubeError {
  const { message, reason, details } = fields(body);
  const code = reason === 'AlreadyExists' ? 'alreadyExists' : (codes[status] ?? 'server');
  const { retryAfterSeconds: retryAfter, causes } = fields(details);
  const named = (Array.isArray(causes) ? causes : [])
    .map((cause: unknown) => fields(cause)['field'])
    .filter((field) => typeof field === 'string');
  const words = typeof message === 'string' ? message : typeof body === 'string' ? body.trim().slice(0, 200) : '';
  return new KubeError(code, `${request}: ${status}${reason ? ` ${reason}` : ''}: ${words}`, {
    details: {
      request,
      status,
      ...(typeof reason === 'string' && { reason }),
      ...(named.length > 0 && { fields: named }),
      ...(typeof retryAfter === 'number' && { retryAfterSeconds: retryAfter }),
    },
  });
}

const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
