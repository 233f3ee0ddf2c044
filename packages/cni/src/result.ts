import { familyOf, familyOfCidr } from './address.ts';
import { CniError } from './error.ts';
import { JsonFields, type JsonObject, optional } from './json-field.ts';
import { type CniVersion, impliedVersion, isSupportedVersion, supportedVersions } from './version.ts';

/** A link that an attachment made, in the container or (without `sandbox`) on the host. */
export interface Interface {
  readonly name: string;
  readonly mac?: string;
  readonly mtu?: number;
  /** Path of the network namespace. */
  readonly sandbox?: string;
  readonly socketPath?: string;
  readonly pciID?: string;
}

/** An address: `10.128.0.5/23`, on the interface of that index in the result's `interfaces`. */
export interface IPConfig {
  readonly address: string;
  readonly gateway?: string;
  readonly interface?: number;
}

/** A route. `mtu`, `advmss`, `priority`, `table` and `scope` exist since 1.1.0. */
export interface Route {
  readonly dst: string;
  readonly gw?: string;
  readonly mtu?: number;
  readonly advmss?: number;
  readonly priority?: number;
  readonly table?: number;
  readonly scope?: number;
}

/** Resolver settings. */
export interface Dns {
  readonly nameservers?: readonly string[];
  readonly domain?: string;
  readonly search?: readonly string[];
  readonly options?: readonly string[];
}

/** The result of an ADD in the shape of 1.1.0, whatever version it came in. */
export interface Result {
  readonly interfaces: readonly Interface[];
  readonly ips: readonly IPConfig[];
  readonly routes: readonly Route[];
  readonly dns: Dns;
}

const cidr = 'an address with a prefix length, such as 10.128.0.5/23';
const address = 'an IP address';
const isCidr = (text: string): boolean => familyOfCidr(text) !== undefined;
const isAddress = (text: string): boolean => familyOf(text) !== undefined;

/**
 * Read a result of any version; `cniVersion` of the document decides the shape, `fallback` where it has none. Throws
 * `incompatible-version` for a version this package does not know, `invalid-configuration` with the path of a wrong field.
 */
export function parseResult(value: unknown, path = 'result', fallback: CniVersion = impliedVersion): Result {
  const fields = new JsonFields(value, path, 'invalid-configuration');
  const version = fields.optionalString('cniVersion') ?? fallback;
  if (!isSupportedVersion(version)) {
    throw new CniError(
      'incompatible-version',
      `${path}.cniVersion is ${JSON.stringify(version)}: it must be one of ${supportedVersions.join(', ')}`,
    );
  }
  return version === '0.1.0' || version === '0.2.0' ? parseOldest(fields) : parseCurrent(fields);
}

function parseCurrent(fields: JsonFields): Result {
  const interfaces = fields.objects('interfaces', parseInterface) ?? [];
  const ips =
    fields.objects('ips', (ip): IPConfig => {
      const index = ip.integer('interface');
      if (index !== undefined && index >= interfaces.length) {
        throw ip.fail('interface', `the index of one of the ${interfaces.length} interfaces`);
      }
      return {
        address: ip.string('address', cidr, isCidr),
        ...optional('gateway', ip.optionalString('gateway', address, isAddress)),
        ...optional('interface', index),
      };
    }) ?? [];
  return { interfaces, ips, routes: fields.objects('routes', parseRoute) ?? [], dns: parseDns(fields.member('dns')) };
}

/** 0.1.0 and 0.2.0 have at most one address a family, with its routes inside, and no interfaces. */
function parseOldest(fields: JsonFields): Result {
  const families = ['ip4', 'ip6'].flatMap((name) => fields.member(name) ?? []);
  return {
    interfaces: [],
    ips: families.map((ip) => ({
      address: ip.string('ip', cidr, isCidr),
      ...optional('gateway', ip.optionalString('gateway', address, isAddress)),
    })),
    routes: families.flatMap((ip) => ip.objects('routes', parseRoute) ?? []),
    dns: parseDns(fields.member('dns')),
  };
}

function parseInterface(fields: JsonFields): Interface {
  return {
    name: fields.string('name'),
    ...optional('mac', fields.optionalString('mac')),
    ...optional('mtu', fields.integer('mtu')),
    ...optional('sandbox', fields.optionalString('sandbox')),
    ...optional('socketPath', fields.optionalString('socketPath')),
    ...optional('pciID', fields.optionalString('pciID')),
  };
}

function parseRoute(fields: JsonFields): Route {
  return {
    dst: fields.string('dst', 'a destination such as 0.0.0.0/0', isCidr),
    ...optional('gw', fields.optionalString('gw', address, isAddress)),
    ...optional('mtu', fields.integer('mtu')),
    ...optional('advmss', fields.integer('advmss')),
    ...optional('priority', fields.integer('priority')),
    ...optional('table', fields.integer('table')),
    ...optional('scope', fields.integer('scope')),
  };
}

/** The resolver settings of a configuration or a result; an absent member is no settings. */
export function parseDns(fields: JsonFields | undefined): Dns {
  if (fields === undefined) return {};
  return {
    ...optional('nameservers', fields.strings('nameservers')),
    ...optional('domain', fields.optionalString('domain')),
    ...optional('search', fields.strings('search')),
    ...optional('options', fields.strings('options')),
  };
}

/** The document of a result in the shape of `version`; what that version cannot say is left out. */
export function formatResult(result: Result, version: CniVersion): JsonObject {
  switch (version) {
    case '0.1.0':
    case '0.2.0':
      return formatOldest(result, version);
    case '0.3.0':
    case '0.3.1':
    case '0.4.0':
      return {
        cniVersion: version,
        ...optional('interfaces', nonEmpty(result.interfaces.map(olderInterface))),
        ...optional('ips', nonEmpty(result.ips.map((ip) => ({ version: `${familyOfCidr(ip.address) ?? 4}`, ...ip })))),
        ...optional('routes', nonEmpty(result.routes.map(olderRoute))),
        dns: result.dns,
      };
    case '1.0.0':
      return {
        cniVersion: version,
        ...optional('interfaces', nonEmpty(result.interfaces.map(olderInterface))),
        ...optional('ips', nonEmpty(result.ips)),
        ...optional('routes', nonEmpty(result.routes.map(olderRoute))),
        dns: result.dns,
      };
    case '1.1.0':
      return {
        cniVersion: version,
        ...optional('interfaces', nonEmpty(result.interfaces)),
        ...optional('ips', nonEmpty(result.ips)),
        ...optional('routes', nonEmpty(result.routes)),
        dns: result.dns,
      };
  }
}

function formatOldest(result: Result, version: CniVersion): JsonObject {
  const family = (wanted: 4 | 6): JsonObject | undefined => {
    const ip = result.ips.find((candidate) => familyOfCidr(candidate.address) === wanted);
    if (ip === undefined) return undefined;
    const routes = result.routes.filter((route) => familyOfCidr(route.dst) === wanted).map(olderRoute);
    return { ip: ip.address, ...optional('gateway', ip.gateway), ...optional('routes', nonEmpty(routes)) };
  };
  return { cniVersion: version, ...optional('ip4', family(4)), ...optional('ip6', family(6)), dns: result.dns };
}

const olderInterface = ({ name, mac, sandbox }: Interface): Interface => ({
  name,
  ...optional('mac', mac),
  ...optional('sandbox', sandbox),
});

const olderRoute = ({ dst, gw }: Route): Route => ({ dst, ...optional('gw', gw) });

const nonEmpty = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);
