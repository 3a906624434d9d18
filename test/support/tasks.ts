import assert from 'node:assert/strict';
import type { TaskSample, TaskSnapshot } from '../../src/index.ts';
import { framePlace, listing, matchesName, pathOf, sourceLine } from './frames.ts';

/** What a test expects to find parked. */
export interface ExpectedTasks {
  /** The function of the await: its name, the last part of its name (`connect` for `BoundPool.connect`), or `file.mjs:12`. */
  readonly at: string;
  readonly tasks: number;
  /** The frames before the await, leaf first, all of them: `connect` or with a part of the file, `pg-pool connect`. */
  readonly operation?: readonly string[];
  /** The functions that follow the await, nearest first; frames of files outside the scope are skipped. */
  readonly callers?: readonly string[];
  /** A piece of the source line on which the await stands. */
  readonly line?: string;
  readonly waitingLongerThanMillis?: number;
}

/** Which tasks a test answers for: those with a frame of this file. Without it, every task of the snapshot. */
export interface Scope {
  readonly file?: string;
}

/** Fails unless the tasks in scope are exactly the expected ones. A sample belongs to the first group that it matches. */
export function expectTasks(snapshot: TaskSnapshot, expected: readonly ExpectedTasks[], scope: Scope = {}): void {
  assert.ok(expected.length > 0, 'expectTasks expects nothing: use expectNoTasks');
  for (const { at, tasks } of expected) assert.ok(tasks > 0, `expects ${tasks} tasks at ${at}: leave the group out`);
  checkSums(snapshot);
  const samples = inScope(snapshot, scope);
  const claimed = new Map(expected.map((group) => [group, [] as TaskSample[]]));
  const extra: TaskSample[] = [];
  for (const sample of samples) {
    const group = expected.find((candidate) => matches(sample, candidate, scope));
    (group === undefined ? extra : claimed.get(group)!).push(sample);
  }
  const faults = [...claimed].flatMap(([group, found]) => faultsOf(group, found));
  if (extra.length > 0)
    faults.push(`${total(extra)} tasks that nobody expected, in ${extra.length} groups:\n${listing(extra)}`);
  if (faults.length > 0) assert.fail(`${faults.join('\n')}\nthe snapshot:\n${listing(samples)}`);
}

/** Fails if any task is in scope. */
export function expectNoTasks(snapshot: TaskSnapshot, scope: Scope = {}): void {
  checkSums(snapshot);
  const samples = inScope(snapshot, scope);
  if (samples.length > 0) assert.fail(`expected no tasks, found ${total(samples)}:\n${listing(samples)}`);
}

function inScope(snapshot: TaskSnapshot, { file }: Scope): readonly TaskSample[] {
  if (file === undefined) return snapshot.samples;
  return snapshot.samples.filter((sample) => sample.stack.some((frame) => pathOf(frame) === file));
}

function total(samples: readonly TaskSample[]): number {
  return samples.reduce((sum, sample) => sum + sample.tasks, 0);
}

function checkSums(snapshot: TaskSnapshot): void {
  const sum = total(snapshot.samples);
  const tolerance = 1e-6 * Math.max(1, sum);
  assert.ok(
    Math.abs(sum - snapshot.totalTasks) <= tolerance,
    `totalTasks ${snapshot.totalTasks}, samples sum to ${sum}`,
  );
}

function matches(sample: TaskSample, group: ExpectedTasks, scope: Scope): boolean {
  const frame = sample.stack[sample.awaitIndex];
  if (frame === undefined) return false;
  if (!matchesName(frame.functionName, group.at) && framePlace(frame) !== group.at) return false;
  if (group.line !== undefined && !sourceLine(frame).includes(group.line)) return false;
  return matchesOperation(sample, group.operation) && matchesCallers(sample, group.callers, scope);
}

function matchesOperation(sample: TaskSample, operation: readonly string[] | undefined): boolean {
  if (operation === undefined) return true;
  if (operation.length !== sample.awaitIndex) return false;
  return operation.every((text, i) => {
    const frame = sample.stack[i]!;
    const [name = '', part = ''] = text.split(' ').reverse();
    return matchesName(frame.functionName, name) && frame.file.includes(part);
  });
}

function matchesCallers(sample: TaskSample, callers: readonly string[] | undefined, { file }: Scope): boolean {
  if (callers === undefined) return true;
  const above = sample.stack.slice(sample.awaitIndex + 1);
  const own = file === undefined ? above : above.filter((frame) => pathOf(frame) === file);
  return callers.every((name, i) => own[i] !== undefined && matchesName(own[i].functionName, name));
}

function faultsOf(group: ExpectedTasks, found: readonly TaskSample[]): string[] {
  const { tasks, waitingLongerThanMillis, ...where } = group;
  const faults: string[] = [];
  if (total(found) !== tasks) faults.push(`expected ${tasks} tasks ${describe(where)}, found ${total(found)}`);
  for (const { oldestWaitMillis } of found) {
    if (oldestWaitMillis > (waitingLongerThanMillis ?? -Infinity)) continue;
    faults.push(
      `expected tasks ${describe(where)} to wait longer than ${waitingLongerThanMillis} ms, not ${oldestWaitMillis} ms`,
    );
  }
  return faults;
}

function describe(where: Partial<ExpectedTasks>): string {
  return Object.entries(where)
    .map(([key, value]) => `${key} ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`)
    .join(', ');
}
