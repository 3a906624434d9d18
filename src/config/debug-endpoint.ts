import { BlockList, isIPv6 } from 'node:net';
import { InvalidOptionError } from '../base/errors.ts';

/** What a debug endpoint answers, and how much. */
export interface DebugHandlerOptions {
  /**
   * What clients have to send as `Authorization: Bearer TOKEN`: 1 to 4,096 visible ASCII characters. Default: none, everybody that
   * reaches the handler gets an answer. That is where it is left out: `undefined`, such as of a variable that is not set in the
   * environment, throws, and does not open the endpoint.
   */
  readonly token?: string | undefined;
  /** Where it is mounted, unless the framework cuts that off (Express). Default: `/debug/tasks`. */
  readonly path?: string;
  /** Longest interval that `?seconds=` may ask for, greater than 0 and at most 86,400. Default: 60. */
  readonly maxSeconds?: number;
  /** Most tasks that `?maxTasks=` may ask for: 5 to 20 us of main-thread time and some kilobytes of text each. Default: 16,384. */
  readonly maxTasks?: number;
  /**
   * Most bytes of an answer; one that would be longer is refused with what to do about it. It is in memory until the client has
   * taken it. Default: 33,554,432 (32 MiB).
   */
  readonly maxResponseBytes?: number;
  /** Attributes of the resource in answers as OTLP. Default: those of the application's SDK. */
  readonly resource?: Readonly<Record<string, string | number | boolean | readonly string[] | readonly number[]>>;
}

/** A listener of its own. */
export interface DebugServerOptions extends DebugHandlerOptions {
  /** 0 to 65,535; 0 is one that is free. Default: 6060. */
  readonly port?: number;
  /** An address of this machine's loopback: `localhost`, `127.0.0.1`, `::1`. Default: `127.0.0.1`. */
  readonly host?: string;
}

/** All of them, decided. */
export type DebugHandlerConfig = Readonly<Required<Omit<DebugHandlerOptions, 'token' | 'resource'>>> &
  Pick<DebugHandlerOptions, 'token' | 'resource'>;

/** Where a listener of its own listens; `host` is an IP address. */
export interface DebugServerConfig {
  readonly port: number;
  readonly host: string;
}

const DEFAULTS = {
  path: '/debug/tasks',
  maxSeconds: 60,
  maxTasks: 16_384,
  maxResponseBytes: 32 * 1024 * 1024,
} as const;

const DEFAULT_SERVER = { port: 6060, host: '127.0.0.1' } as const;

const MAX_SECONDS = 86_400;

/** Throws an {@link InvalidOptionError}. */
export function debugHandlerConfig(options: DebugHandlerOptions = {}): DebugHandlerConfig {
  const { token, resource, path = DEFAULTS.path } = options;
  const { maxSeconds = DEFAULTS.maxSeconds, maxTasks = DEFAULTS.maxTasks } = options;
  const { maxResponseBytes = DEFAULTS.maxResponseBytes } = options;
  if ('token' in options && !(typeof token === 'string' && /^[\x21-\x7e]{1,4096}$/.test(token))) {
    // Never with the value: errors are logged.
    throw new InvalidOptionError(
      'token',
      '1 to 4096 visible ASCII characters without spaces, or left out',
      kindOf(token),
    );
  }
  if (typeof path !== 'string' || !/^\/[^?#\s]*$/.test(path)) {
    throw new InvalidOptionError('path', 'a path that begins with /', path);
  }
  if (resource !== undefined && (typeof resource !== 'object' || (resource as unknown) === null)) {
    throw new InvalidOptionError('resource', 'an object of attributes', resource);
  }
  return {
    path: withoutSlash(path),
    maxSeconds: checkedSeconds(maxSeconds),
    maxTasks: checkedWhole('maxTasks', maxTasks),
    maxResponseBytes: checkedWhole('maxResponseBytes', maxResponseBytes),
    ...(token !== undefined && { token }),
    ...(resource !== undefined && { resource }),
  };
}

/** Throws an {@link InvalidOptionError}: for any host that others than this machine could reach. */
export function debugServerConfig(options: DebugServerOptions = {}): DebugServerConfig {
  const { port = DEFAULT_SERVER.port, host = DEFAULT_SERVER.host } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidOptionError('port', 'a whole number from 0 to 65535', port);
  }
  return { port, host: loopbackAddress(host) };
}

/** Whether a host name or an address, as it stands in a URL, is this machine. */
export function isLoopback(host: unknown): boolean {
  if (typeof host !== 'string') return false;
  if (host.toLowerCase() === 'localhost') return true;
  const address = host.replace(/^\[(.*)\]$/, '$1');
  return LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Without asking a resolver, which may say something else about `localhost`. */
function loopbackAddress(host: unknown): string {
  if (!isLoopback(host)) {
    throw new InvalidOptionError('host', 'an address of the loopback (localhost, 127.0.0.1 or ::1)', host);
  }
  const address = (host as string).replace(/^\[(.*)\]$/, '$1');
  return address.toLowerCase() === 'localhost' ? DEFAULT_SERVER.host : address;
}

function checkedSeconds(seconds: number): number {
  if (typeof seconds === 'number' && seconds > 0 && seconds <= MAX_SECONDS) return seconds;
  throw new InvalidOptionError('maxSeconds', `a number of seconds greater than 0 and at most ${MAX_SECONDS}`, seconds);
}

function checkedWhole(option: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidOptionError(option, 'a whole number of at least 1', value);
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function kindOf(token: unknown): unknown {
  return typeof token === 'string' ? `${token.length} characters` : token;
}
