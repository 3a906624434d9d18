import type { MeterProvider } from '@opentelemetry/api';
import { guarded, takeAll } from '../base/faults.ts';
import { noteSpanStart } from '../base/local-root.ts';
import { tellSpanStart } from '../base/started-spans.ts';
import { loadModule } from '../base/load-module.ts';
import { runAsOwn } from '../base/own-context.ts';
import { nextJob } from '../base/own-timers.ts';
import type { Attributes } from '../profile/model.ts';
import type * as DetectedResource from './detected-resource.ts';
import { type FlushTarget, hookProvider } from './provider-hook.ts';
import { type FoundProvider, type Signal, findMeterProvider, findSdkProvider } from './providers.ts';
import { setProfileId } from './profile-id.ts';
import { watchSpanStarts } from './span-starts.ts';
import { type SdkResource, resourceOf, settledAttributes } from './resource.ts';

/** Cloud detectors give up after five seconds at most. */
const RESOURCE_TIMEOUT_MILLIS = 10_000;
const FAULT = 'the look for the SDK met an error';
const FIRST_LOOK_MILLIS = 10;
const LAST_LOOK_MILLIS = 5_000;

/** What else than flushes and the resource is wanted of the SDK. */
export interface ConnectionOptions {
  /** Whether local roots are noted, for labels from their attributes. */
  readonly needsLocalRoots?: boolean;
  /** Whether spans get `pyroscope.profile.id`. */
  readonly spanProfileIds?: boolean;
  /** Is told where metrics go, as soon as that is known, and again now and then. */
  readonly onMeterProvider?: (provider: MeterProvider) => void;
}

/**
 * Ties the profiler to the application's OpenTelemetry SDK, of whatever version and however set up: takes its resource, and
 * is flushed and shut down with it. Where nobody shuts an SDK down, the process running out of work does.
 */
export class SdkConnection {
  readonly #target: FlushTarget;
  readonly #options: ConnectionOptions;
  readonly #given = new Map<Signal, unknown>();
  readonly #onBeforeExit = guarded('the shutdown met an error', () => void runAsOwn(() => this.#target.shutdown()));
  #found: FoundProvider | undefined;
  #unhook: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #detected: SdkResource | undefined;
  #open = false;

  constructor(target: FlushTarget, options: ConnectionOptions = {}) {
    this.#target = target;
    this.#options = options;
  }

  /**
   * Looks for the SDK until it has found the providers of traces and of metrics. An SDK announces itself to nobody, and may well be set up
   * after the profiler: so it is looked for soon and then ever more rarely. Does not keep the process alive.
   */
  open(): void {
    if (this.#open) return;
    this.#open = true;
    process.once('beforeExit', this.#onBeforeExit);
    this.#look();
    this.#lookAgainIn(FIRST_LOOK_MILLIS);
  }

  /** Leaves nothing behind on the SDK's objects or the process. */
  close(): void {
    this.#open = false;
    process.removeListener('beforeExit', this.#onBeforeExit);
    clearTimeout(this.#timer);
    const unhook = this.#unhook;
    this.#unhook = this.#found = undefined;
    unhook?.();
  }

  /** Takes a provider that was given to the instrumentation; the SDK gives it while it starts, so it looks again after that. */
  useProvider(signal: Signal, provider: unknown): void {
    this.#given.set(signal, provider);
    nextJob(() => this.#look());
  }

  /** What the SDK says about this process at this moment; without an SDK, what its default detectors would say. */
  async resource(): Promise<Attributes> {
    this.#look();
    const found = this.#found ?? findSdkProvider(this.#given);
    const resource = (found && resourceOf(found.provider)) ?? (this.#detected ??= detectedResource());
    return settledAttributes(resource, RESOURCE_TIMEOUT_MILLIS);
  }

  #look(): void {
    if (!this.#open) return;
    const meterProvider = findMeterProvider(this.#given);
    if (meterProvider) this.#options.onMeterProvider?.(meterProvider);
    const found = findSdkProvider(this.#given);
    if (!found || found.provider === this.#found?.provider) return;
    this.#unhook?.();
    this.#found = found;
    const { needsLocalRoots, spanProfileIds } = this.#options;
    const notes = [
      ...(needsLocalRoots ? [noteSpanStart] : []),
      // A timeline may be recorded at any time.
      tellSpanStart,
      ...(spanProfileIds ? [setProfileId] : []),
    ];
    const unhooks = [hookProvider(found.provider, this.#target), watchSpanStarts(found.provider, notes)];
    this.#unhook = () => takeAll('leaving the SDK met an error', unhooks);
  }

  #lookAgainIn(delayMillis: number): void {
    const steps = [() => this.#look(), () => this.#lookOn(delayMillis)];
    this.#timer = runAsOwn(() => setTimeout(takeAll, delayMillis, FAULT, steps).unref());
  }

  #lookOn(delayMillis: number): void {
    if (this.#found?.signal === 'traces' && findMeterProvider(this.#given)) return;
    this.#lookAgainIn(Math.min(2 * delayMillis, LAST_LOOK_MILLIS));
  }
}

/** Detectors are not loaded where an SDK has a resource. */
function detectedResource(): SdkResource {
  const { detectResource } = loadModule('sdk/detected-resource') as typeof DetectedResource;
  return detectResource();
}
