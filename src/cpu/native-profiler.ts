import { ownRequire } from '../base/own-require.ts';

/** A sample that was taken: CPU time in nanoseconds since the one before. */
export interface NativeSample {
  readonly context?: unknown;
  readonly cpuTime?: number;
}

/** A function in the tree of calls, from the outermost caller down. */
export interface NativeNode {
  readonly name: string;
  readonly scriptName: string;
  /** Where the function begins; 0 where V8 does not know. */
  readonly lineNumber: number;
  readonly columnNumber: number;
  /** Samples that met this function on top. */
  readonly hitCount: number;
  /** Those of them whose context is known. */
  readonly contexts?: readonly NativeSample[];
  readonly children: readonly NativeNode[];
}

/** What was sampled between two calls. */
export interface NativeProfile {
  readonly topDownRoot: NativeNode;
  /** Nanoseconds of threads without JavaScript; told in the main thread only. */
  readonly nonJSThreadsCpuTime?: number;
}

/** Datadog's profiler on top of V8's, one a thread. */
export interface NativeProfiler {
  /** The context of what runs from now on, where contexts are not kept in asynchronous frames. */
  context: unknown;
  /** Counts the samples, at index 0. */
  readonly state: Uint32Array;
  start(): void;
  stop(restart: boolean): NativeProfile;
  dispose(): void;
  /** What has to be in an asynchronous frame for a sample to have `value` as its context. */
  createContextHolder(value: object): object;
  /** Above 0 after a `stop` that found V8's thread for samples caught in a loop. */
  v8ProfilerStuckEventLoopDetected(): number;
}

export interface NativeOptions {
  readonly intervalMicros: number;
  /** Twice as many samples have room: it has to be stopped or restarted before. */
  readonly durationMillis: number;
  /** Whether samples have a context and their CPU time. */
  readonly withContexts: boolean;
  readonly collectCpuTime: boolean;
  readonly collectAsyncId: false;
  readonly lineNumbers: false;
  readonly workaroundV8Bug: boolean;
  readonly isMainThread: boolean;
  readonly useCPED: boolean;
  /** The storage whose stores are context holders, with `useCPED`. */
  readonly CPEDKey: object | undefined;
}

/** What of `@datadog/pprof` is used. */
export interface NativeModule {
  readonly TimeProfiler: new (options: NativeOptions) => NativeProfiler;
  /** Whether AsyncLocalStorage keeps its stores where V8 takes them along with continuations. */
  readonly isAsyncContextFrameActive: () => boolean;
}

/**
 * Loads `@datadog/pprof`, which users install. Below its public functions: those turn the tree into a pprof that nobody needs,
 * and make a context holder, 0.6 us, at each change of the context, where one for each context is enough.
 *
 * @throws Error where it is missing (`MODULE_NOT_FOUND`), has no binary for this Node and system, or is another than we know
 */
export function loadNative(): NativeModule {
  const { version } = ownRequire('@datadog/pprof/package.json') as { readonly version: string };
  const load = (name: string): Partial<NativeModule> => {
    try {
      return ownRequire(`@datadog/pprof/out/src/${name}.js`) as Partial<NativeModule>;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return {};
      throw thrown;
    }
  };
  const { TimeProfiler } = load('time-profiler-bindings');
  const { isAsyncContextFrameActive } = load('async-context-frame');
  const prototype = TimeProfiler?.prototype as Partial<NativeProfiler> | undefined;
  const isKnown = typeof prototype?.stop === 'function' && typeof prototype.createContextHolder === 'function';
  if (TimeProfiler && isAsyncContextFrameActive && isKnown) return { TimeProfiler, isAsyncContextFrameActive };
  throw new Error(`version ${version} of @datadog/pprof is not known; 5.20 is`);
}
