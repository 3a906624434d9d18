import type { ContextWatcher } from './context-storage.ts';
import type { NativeProfiler } from './native-profiler.ts';
import type { SampleContext } from './sample-context.ts';

/** Keeps the native profiler told of the context of what runs, so that its samples have one. */
export interface SampleContexts extends ContextWatcher {
  /** The storage that the native profiler reads from asynchronous frames, where it does that. */
  readonly key: object | undefined;
  /** To be called before anything else. */
  attach(native: NativeProfiler): void;
  /** The context of a sample, of what the native profiler gives for it. */
  contextOf(given: unknown): SampleContext | undefined;
  /** To be called around each stop of the native profiler. */
  beforeStop(): void;
  afterStop(): void;
  /** Node's own function, which takes away what switches or carries contexts. */
  readonly release: () => void;
  close(): void;
}
