import {
  type Lifetime,
  cryptoLifetime,
  handleLifetime,
  immediateLifetime,
  requestLifetime,
  timerLifetime,
} from './lifetime.ts';
import { type ResourceState, socketState, timerState } from './resource-state.ts';

/** A type of resources that is tracked, because it is known exactly whether one of them has ended. */
export interface ResourceType {
  /** As `async_hooks` names it: `FSREQCALLBACK`. */
  readonly type: string;
  /** For people; several types may share it: `file operation`. */
  readonly kind: string;
  readonly lifetime: Lifetime;
  readonly stateOf: (target: object) => ResourceState;
}

type StateOf = ResourceType['stateOf'];

const pending: StateOf = () => 'pending';
const open: StateOf = () => 'open';
const listening: StateOf = () => 'listening';

const FILE_OPERATIONS = ['FSREQCALLBACK', 'FSREQPROMISE', 'FILEHANDLECLOSEREQ'];
const LOOKUPS = ['GETADDRINFOREQWRAP', 'GETNAMEINFOREQWRAP', 'QUERYWRAP'];
const WRITES = ['WRITEWRAP', 'SHUTDOWNWRAP', 'UDPSENDWRAP'];
const CRYPTO_JOBS = [
  ...['ARGON2REQUEST', 'CHECKPRIMEREQUEST', 'CIPHERREQUEST', 'DERIVEBITSREQUEST', 'HASHREQUEST', 'KEYGENREQUEST'],
  ...['KEYPAIRGENREQUEST', 'PBKDF2REQUEST', 'RANDOMBYTESREQUEST', 'RANDOMPRIMEREQUEST', 'SCRYPTREQUEST', 'SIGNREQUEST'],
  'VERIFYREQUEST',
];

const ALL: readonly ResourceType[] = [
  ...types('timer', ['Timeout'], timerLifetime, timerState),
  ...types('immediate', ['Immediate'], immediateLifetime, pending),
  ...types('file operation', FILE_OPERATIONS, handleLifetime, pending),
  ...types('DNS lookup', LOOKUPS, handleLifetime, pending),
  ...types('TCP socket', ['TCPWRAP'], handleLifetime, socketState),
  ...types('TCP server', ['TCPSERVERWRAP'], handleLifetime, listening),
  ...types('pipe', ['PIPEWRAP'], handleLifetime, socketState),
  ...types('pipe server', ['PIPESERVERWRAP'], handleLifetime, listening),
  ...types('connect', ['TCPCONNECTWRAP', 'PIPECONNECTWRAP'], handleLifetime, pending),
  ...types('socket write', WRITES, handleLifetime, pending),
  ...types('UDP socket', ['UDPWRAP'], handleLifetime, open),
  ...types('HTTP/2 stream', ['HTTP2STREAM'], handleLifetime, pending),
  ...types('terminal', ['TTYWRAP'], handleLifetime, open),
  ...types('child process', ['PROCESSWRAP'], handleLifetime, open),
  ...types('worker thread', ['WORKER'], handleLifetime, open),
  ...types('signal handler', ['SIGNALWRAP'], handleLifetime, open),
  ...types('file watcher', ['FSEVENTWRAP', 'STATWATCHER'], handleLifetime, open),
  ...types('crypto operation', CRYPTO_JOBS, cryptoLifetime, pending),
];

/**
 * The types that `async_hooks` tells of, by its names. Not in it: what only the garbage collector ends (`FILEHANDLE`, `ZLIB`,
 * `AsyncResource`: nobody knows when one is over), what never waits (`TickObject`, `Microtask`), and what stands for a socket that
 * is in it (`TLSWRAP`, `HTTPINCOMINGMESSAGE`).
 */
export const HOOKED_TYPES: ReadonlyMap<string, ResourceType> = new Map(ALL.map((it) => [it.type, it]));

/** Told by a diagnostics channel: the event of `async_hooks` comes a tick later, without the application on the stack. */
export const [HTTP_CLIENT_REQUEST] = types('HTTP request', ['HTTPCLIENTREQUEST'], requestLifetime, pending) as [
  ResourceType,
];

function types(kind: string, names: readonly string[], lifetime: Lifetime, stateOf: StateOf): ResourceType[] {
  return names.map((type) => Object.freeze({ type, kind, lifetime, stateOf }));
}
