// What is known of a scenario without a source of the profiler being loaded.

export interface ScenarioSetting {
  readonly title: string;
  /**
   * The profiler's clock runs so many times as fast as that of the application: its windows, checks and ages come round while the
   * application runs for some milliseconds.
   */
  readonly clockSpeed?: number;
  /** Whether faults are forced in a worker thread in place of the main thread. */
  readonly isInWorker?: boolean;
  /** Whether the process has an OpenTelemetry SDK; true by default. */
  readonly hasSdk?: boolean;
  readonly nodeOptions?: readonly string[];
  /** Where the functions stand that the scenario is there for: the others are in one that does the same without it. */
  readonly only?: RegExp;
}

export const SCENARIOS = {
  captured: { title: 'exports of captures over HTTP' },
  followed: {
    title: 'exports of followed tasks to files and the console, with triggers and a timeline',
    clockSpeed: 50,
  },
  askedCaptured: { title: 'questions about captured tasks' },
  askedFollowed: { title: 'questions about followed tasks' },
  switched: {
    title: 'hooks that are switched, on a budget that is too small for them',
    clockSpeed: 100,
    only: /^(capture|follow|snapshot\/(interval|estimate|stuck))/,
  },
  grpc: { title: 'exports over gRPC', only: /^(export|encode\/(grpc|otlp-response)|config|base)/ },
  onCpu: { title: 'exports with the profile of CPU time', only: /^(cpu|snapshot\/cpu|profile\/build-cpu|profiler)/ },
  onCpuSwitched: {
    title: 'the same where asynchronous contexts are switched by hooks',
    // On Node.js 22 they are anyway.
    nodeOptions: ['--no-async-context-frame'].filter((option) => process.allowedNodeEnvironmentFlags.has(option)),
    only: /^cpu/,
  },
  registered: {
    title: 'the zero-code entry point, its socket and its end',
    clockSpeed: 100,
    hasSdk: false,
    only: /^(base|config|debug\/(attach|quiet)|encode\/otlp-(json|response)|instrumentation|pipeline|sdk|zero-code)/,
  },
  threads: {
    title: 'what takes the profiles of worker threads',
    only: /^(workers|pipeline|interval-source|instrumentation)/,
  },
  inThread: {
    title: 'what runs in a worker thread',
    isInWorker: true,
    only: /^(workers|zero-code|register|pipeline|profiler|interval-source|export|sdk|base)/,
  },
  crowdedCaptured: {
    title: 'questions while thousands of tasks are captured',
    clockSpeed: 50,
    only: /^(capture\/(finished|frame|label|live|lost|park-engine|stack|task)|snapshot\/shown|resources\/resource-table)/,
  },
  crowdedFollowed: {
    title: 'questions while thousands of tasks are followed',
    clockSpeed: 50,
    only: /^follow\/(aging|chosen|follow-engine|known|quick|random|row|verdicts)/,
  },
  converted: { title: 'conversions', only: /^(encode|profile|snapshot)/ },
} satisfies Record<string, ScenarioSetting>;

export type ScenarioName = keyof typeof SCENARIOS;

export function settingOf(name: ScenarioName): ScenarioSetting {
  return SCENARIOS[name];
}
