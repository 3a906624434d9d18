import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startNode } from '../../support/child.ts';
import { FaultPoints } from './fault-points.ts';
import type { FaultRun, RunLine } from './run.ts';
import { type ScenarioName, settingOf } from './settings.ts';

/** Of one process: it slows down with what faults have left in it, and `diag` is told of 64 different ones at the most. */
const MOST = 50;

/** Nothing takes as long, the start of a process included, on a machine that others use as well. */
const HANG_MILLIS = 300_000;

export interface ForcedFaults {
  readonly forced: number;
  /** Of those, how many were thrown at least once. */
  readonly met: number;
  readonly findings: readonly string[];
  /** Points that the scenario reaches without a fault. */
  readonly reached: ReadonlySet<number>;
}

/** Forces one fault in `every` from `first` on into a scenario, in as many processes as that takes. */
export async function forceFaults(scenario: ScenarioName, first: number, every: number): Promise<ForcedFaults> {
  const { points } = new FaultPoints();
  const [findings, reached] = [new Array<string>(), new Set<number>()];
  let [forced, met] = [0, 0];
  for (let from = 0; from < Infinity;) {
    const { lines, end } = await forceSome({ scenario, first, every, from, most: MOST });
    from = Infinity;
    let begun: number | undefined;
    const note = (finding: string): number => findings.push(`${nameOf(points, begun)}: ${finding}`);
    for (const line of lines) {
      if ('reached' in line) for (const point of line.reached) reached.add(point);
      if ('begins' in line) begun = line.begins;
      if ('next' in line) from = line.next ?? Infinity;
      if (!('findings' in line)) continue;
      if (begun !== -1) forced++;
      if (line.isMet) met++;
      line.findings.forEach(note);
    }
    if (end === undefined) continue;
    note(end);
    if (begun !== undefined && begun >= 0) from = begun + 1;
  }
  return { forced, met, findings, reached };
}

interface Ended {
  readonly lines: readonly RunLine[];
  readonly end: string | undefined;
}

/** Once more where the process did not come to its first line: on a machine that others use as well that was Node's own start. */
async function forceSome(run: FaultRun): Promise<Ended> {
  const ended = await tryToForceSome(run);
  return ended.lines.length > 0 ? ended : await tryToForceSome(run);
}

/** What it told, and how it ended where it did not say that it would. */
async function tryToForceSome(run: FaultRun): Promise<Ended> {
  const file = (name: string): string => fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const child = startNode([
    ...['--disable-warning=ExperimentalWarning', '--expose-gc', ...(settingOf(run.scenario).nodeOptions ?? [])],
    ...['--import', file('inject'), file('run')],
    JSON.stringify(run),
  ]);
  const said = text(child.stderr!);
  const kill = setTimeout(() => child.kill('SIGKILL'), HANG_MILLIS);
  const lines: RunLine[] = [];
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
    kill.refresh();
    lines.push(JSON.parse(line) as RunLine);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  clearTimeout(kill);
  const last = lines.at(-1);
  if (last !== undefined && 'next' in last) return { lines, end: undefined };
  return { lines, end: child.signalCode === 'SIGKILL' ? 'it hangs' : `the process ends: ${await said}` };
}

function nameOf(points: FaultPoints['points'], id = -1): string {
  return points[id]?.name ?? 'without a fault';
}
