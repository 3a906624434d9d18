import type { createServer } from 'node:http';
import { expectTypeOf } from 'expect-type';
import type {
  DebugHandler,
  IntervalSnapshot,
  LabelValue,
  OtlpImport,
  Profile,
  ProfileExporter,
  ProfilesData,
  SnapshotOptions,
  SpanReference,
  StackFrame,
  TaskProfilerInstrumentationConfig,
  TaskProfilerOptions,
  TaskSample,
  TaskSnapshot,
  Timeline,
  TriggerEvent,
} from '../../src/index.ts';
import * as api from '../../src/index.ts';

// `npm run typecheck` is what tests these: nothing of it happens when it runs.
describe('the types', () => {
  it('of a snapshot are immutable, and say what may be missing', () => {
    expectTypeOf<ReturnType<api.TaskProfiler['snapshot']>>().toEqualTypeOf<TaskSnapshot>();
    expectTypeOf<ReturnType<api.TaskProfiler['snapshotIncremental']>>().resolves.toEqualTypeOf<TaskSnapshot>();
    expectTypeOf<TaskSnapshot['samples']>().toEqualTypeOf<readonly TaskSample[]>();
    expectTypeOf<TaskSnapshot['timeUnixNano']>().toBeBigInt();
    expectTypeOf<TaskSample['stack']>().toEqualTypeOf<readonly StackFrame[]>();
    expectTypeOf<TaskSample['span']>().toEqualTypeOf<SpanReference | undefined>();
    expectTypeOf<TaskSample['labels']>().toEqualTypeOf<Readonly<Record<string, LabelValue>>>();
    expectTypeOf<LabelValue>().toEqualTypeOf<string | number | boolean>();
    const change = (snapshot: TaskSnapshot): void => {
      // @ts-expect-error Snapshots are immutable.
      snapshot.totalTasks = 0;
      // @ts-expect-error So are their samples.
      snapshot.samples.length = 0;
    };
    expectTypeOf(change).toBeFunction();
  });

  it('of options take what they name, and nothing else', () => {
    expectTypeOf<TaskProfilerOptions['sampling']>().toEqualTypeOf<'adaptive' | 'all' | number | undefined>();
    expectTypeOf<SnapshotOptions['matching']>().toEqualTypeOf<RegExp | undefined>();
    expectTypeOf<TaskProfilerInstrumentationConfig>().toExtend<TaskProfilerOptions>();
    expectTypeOf(api.TaskProfilerInstrumentation).toBeConstructibleWith();
    expectTypeOf(api.TaskProfilerInstrumentation).toBeConstructibleWith({ maxTasks: Infinity, exporter: [] });
    const wrong = (): unknown[] => [
      // @ts-expect-error There is no such sampling.
      new api.TaskProfiler({ sampling: 'most' }),
      // @ts-expect-error There is no such option.
      new api.TaskProfiler({ maxTask: 10 }),
      // @ts-expect-error An exporter has three methods.
      new api.TaskProfilerInstrumentation({ exporter: { export: () => undefined } }),
      // @ts-expect-error What is a label is a string, a number or a boolean.
      api.withTaskLabels({ tenant: {} }, () => undefined),
    ];
    expectTypeOf(wrong).toBeFunction();
  });

  it('of functions hand on what their callbacks give', () => {
    expectTypeOf(api.withTaskLabels<Promise<number>>).returns.resolves.toBeNumber();
    expectTypeOf<ReturnType<api.TaskProfiler['burst']>>().resolves.toEqualTypeOf<IntervalSnapshot | undefined>();
    const trigger = (triggers: api.TaskProfilerInstrumentation['triggers']) => triggers.trigger({ reason: 'deployed' });
    expectTypeOf(trigger).returns.resolves.toEqualTypeOf<TriggerEvent | undefined>();
    expectTypeOf(api.timelineToTraceEvents).parameter(0).toEqualTypeOf<Timeline>();
  });

  it('of formats take what the others give', () => {
    expectTypeOf(api.otlpToProfiles).returns.toEqualTypeOf<OtlpImport>();
    expectTypeOf<OtlpImport['messages']>().toEqualTypeOf<readonly ProfilesData[]>();
    expectTypeOf(api.encodeOtlpProtobuf).parameter(0).toEqualTypeOf<ProfilesData>();
    expectTypeOf(api.snapshotToProfile).returns.toEqualTypeOf<Profile>();
    expectTypeOf(api.profileToFolded).parameter(0).toEqualTypeOf<Profile>();
    expectTypeOf(api.foldedToProfile).returns.toEqualTypeOf<Profile>();
  });

  it('of exporters and handlers fit where they go', () => {
    expectTypeOf(api.OtlpProfileExporter).instance.toExtend<ProfileExporter>();
    expectTypeOf(api.FileProfileExporter).instance.toExtend<ProfileExporter>();
    expectTypeOf(api.ConsoleProfileExporter).instance.toExtend<ProfileExporter>();
    expectTypeOf(api.FanOutProfileExporter).instance.toExtend<ProfileExporter>();
    expectTypeOf<DebugHandler>().toExtend<Parameters<typeof createServer>[1] & object>();
  });

  it('of errors tell what was wrong', () => {
    expectTypeOf(api.InvalidOptionError).instance.toExtend<TypeError & { option: string; value: unknown }>();
    expectTypeOf<InstanceType<typeof api.InvalidFoldedError>['line']>().toBeNumber();
  });
});
