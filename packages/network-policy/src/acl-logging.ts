export const aclLoggingAnnotation = 'k8s.ovn.org/acl-logging';

const severities = ['alert', 'warning', 'notice', 'info', 'debug'] as const;
export type Severity = (typeof severities)[number];

/** How loud verdicts are logged; those that are absent are not. */
export interface AclLogging {
  readonly allow?: Severity;
  readonly deny?: Severity;
  readonly pass?: Severity;
}

/**
 * Reads the annotation, a JSON object such as `{"allow": "notice", "deny": "alert"}`. As upstream has it, a severity
 * that does not exist turns off its verdict, and a text that is no object all of them.
 */
export function readAclLogging(text: string | undefined): AclLogging {
  const severity = (value: unknown): Severity | undefined => severities.find((each) => each === value);
  const { allow, deny, pass } = membersOf(text);
  const read = { allow: severity(allow), deny: severity(deny), pass: severity(pass) };
  return {
    ...(read.allow && { allow: read.allow }),
    ...(read.deny && { deny: read.deny }),
    ...(read.pass && { pass: read.pass }),
  };
}

function membersOf(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** The meter of all logging ACLs; the topology makes it. */
export const aclLoggingMeter = 'acl-logging';

/** The columns of an ACL that have to do with logging. */
export const loggingColumns = (severity: Severity | undefined) => ({
  log: severity !== undefined,
  severity,
  meter: aclLoggingMeter,
});
