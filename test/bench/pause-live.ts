// Snapshots among a number of live tasks, in a process of its own: prints what they took, as JSON.
import { encodeOtlpProtobufInSteps } from '../../src/encode/otlp-protobuf.ts';
import { snapshotToProfile } from '../../src/profile/snapshot-profile.ts';
import { TaskProfiler } from '../../src/profiler.ts';
import type { TaskSnapshot } from '../../src/snapshot/task-snapshot.ts';
import { millisOf, nextTurn, stretchesOf, sumOf } from './measure.ts';

/** Milliseconds on the main thread, of each round. */
export interface Pauses {
  readonly walks: number[];
  readonly inOneTurn: number[];
  readonly small: number[];
  readonly inSlices: number[];
  readonly longestSlice: number[];
  readonly toBytes: number[];
  readonly longestToBytes: number[];
}

const MAX_TASKS = 1_024;
const SMALL = 64;
const COLD_ROUNDS = 10;

/** Captures are rare with it, and what is parked is not walked for its age: so what is asked for is walked then. */
const WALKED = { sampling: 1, overheadBudget: 0.000_01, strongMillis: 60_000 } as const;

const SCOPE = { name: 'bench', version: '' };

// Three awaits each, as in the Go program.
async function parkOnce(): Promise<void> {
  await new Promise<void>(() => undefined);
}
async function acquire(): Promise<void> {
  await parkOnce();
}
async function handle(): Promise<void> {
  await acquire();
}

/** A thousand in a turn, as a busy service does. */
async function startTasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    void handle();
    if (i % 1_000 === 999) await nextTurn();
  }
  await nextTurn();
}

async function measure(live: number, rounds: number): Promise<Pauses> {
  const profiler = new TaskProfiler(WALKED);
  profiler.start();
  await startTasks(live);
  const expectTasks = ({ totalTasks }: TaskSnapshot): void => {
    if (Math.abs(totalTasks / live - 1) > 0.1) throw new Error(`${totalTasks} tasks instead of ${live}`);
  };
  const exportOnce = async (): Promise<void> => {
    const profile = snapshotToProfile(await profiler.snapshotIncremental({ maxTasks: MAX_TASKS }));
    await encodeOtlpProtobufInSteps({ resource: { attributes: {} }, scope: SCOPE, profiles: [profile] });
  };
  const pauses: Pauses = {
    walks: [],
    inOneTurn: [],
    small: [],
    inSlices: [],
    longestSlice: [],
    toBytes: [],
    longestToBytes: [],
  };
  for (let round = -COLD_ROUNDS; round < rounds; round++) {
    // In a turn of its own: each frame below makes each walk dearer.
    await nextTurn();
    const walksBefore = profiler.counts!.walks;
    const inOneTurn = millisOf(() => expectTasks(profiler.snapshot({ maxTasks: MAX_TASKS })));
    const walks = profiler.counts!.walks - walksBefore;
    await nextTurn();
    const small = millisOf(() => profiler.snapshot({ maxTasks: SMALL }));
    const slices = await stretchesOf(async () =>
      expectTasks(await profiler.snapshotIncremental({ maxTasks: MAX_TASKS })),
    );
    const steps = await stretchesOf(exportOnce);
    if (round < 0) continue;
    pauses.walks.push(walks);
    pauses.inOneTurn.push(inOneTurn);
    pauses.small.push(small);
    pauses.inSlices.push(sumOf(slices));
    pauses.longestSlice.push(Math.max(...slices));
    pauses.toBytes.push(sumOf(steps));
    pauses.longestToBytes.push(Math.max(...steps));
  }
  profiler.stop();
  return pauses;
}

const [live, rounds] = process.argv.slice(2).map(Number);
process.stdout.write(JSON.stringify(await measure(live!, rounds!)));
