import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WaitersReport } from '../../../examples/demo/waiters.ts';
import { DemoRun, processesOf } from './demo-run.ts';

const ROUTES = ['GET /orders', 'GET /orders/:id', 'POST /checkout'];

/** One printed table: when its interval ended, how long it was, and the text of it. */
interface Table {
  readonly endUnixMillis: number;
  readonly durationMillis: number;
  readonly text: string;
}

function tablesIn(printed: string): Table[] {
  return printed
    .split(/\n(?=[\d.]+ (?:±[\d.]+ )?tasks parked)/)
    .slice(1)
    .map((text) => {
      const [, end = '', seconds] = /^(\S+Z), mean over ([\d.]+) s/m.exec(text) ?? [];
      return { endUnixMillis: Date.parse(end), durationMillis: Number(seconds) * 1000, text };
    });
}

/** The first line of the summary, and the routes below it. */
function topOf({ text }: Table) {
  const [, tasks, operation, routes = ''] = /WAITING FOR\n([\d.]+) .*? m?s +(\S.*)\n +in (.+)/.exec(text) ?? [];
  return { tasks: Number(tasks), operation, routes };
}

/** Seconds that all requests together had waited in `connect` until `timeUnixMillis`, between two reports. */
function connectSecondsAt(reports: readonly WaitersReport[], timeUnixMillis: number): number {
  const next = reports.findIndex((report) => report.timeUnixMillis >= timeUnixMillis);
  const [before, after] = [reports[next - 1], reports[next]];
  assert.ok(before && after, 'no report around that time');
  const part = (timeUnixMillis - before.timeUnixMillis) / (after.timeUnixMillis - before.timeUnixMillis);
  return connectSeconds(before) + part * (connectSeconds(after) - connectSeconds(before));
}

function connectSeconds({ sites }: WaitersReport): number {
  return sites.filter(({ kind }) => kind === 'connect').reduce((sum, { waitSeconds }) => sum + waitSeconds, 0);
}

async function collectReports(demo: DemoRun): Promise<WaitersReport[]> {
  const reports: WaitersReport[] = [];
  const [, url] = await demo.prints(/Service on (\S+),/);
  try {
    for (;;) {
      const response = await fetch(`${url}/debug/waiters`);
      reports.push((await response.json()) as WaitersReport);
      await sleep(100);
    }
  } catch {
    return reports;
  }
}

describe('demo', function () {
  this.timeout(120_000);

  it('shows most tasks in connect of the pool and their routes, as the service counts them, and ends by itself', async () => {
    const demo = new DemoRun('--duration', '10');
    const reports = await collectReports(demo);
    assert.equal(await demo.exitCode(), 0, demo.printed);
    await demo.leavesNothing();

    const tables = tablesIn(demo.printed);
    assert.ok(tables.length >= 3, demo.printed);
    for (const table of tables) {
      const { operation, routes } = topOf(table);
      assert.equal(operation, 'BoundPool.connect (pg-pool)', table.text);
      for (const route of ROUTES) assert.ok(routes.includes(`${route} `), table.text);
    }
    const { endUnixMillis, durationMillis, text } = tables[1]!;
    const beginUnixMillis = endUnixMillis - durationMillis;
    const seconds = connectSecondsAt(reports, endUnixMillis) - connectSecondsAt(reports, beginUnixMillis);
    const truth = seconds / (durationMillis / 1000);
    assert.ok(truth > 150, `${truth} of 200 requests wait for a connection`);
    assert.ok(Math.abs(topOf(tables[1]!).tasks - truth) < 0.05 * truth, `the truth is ${truth}:\n${text}`);
    assert.match(demo.printed, /Load: \d{3,} requests answered, .* 0 failed\n$/);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends cleanly with exit code 0 on ${signal}, and shows what was not shown yet`, async () => {
      const demo = new DemoRun('--connections', '20');
      await demo.started();
      // Where the start took long its interval was shown already.
      const shown = tablesIn(demo.printed).length;
      demo.kill(signal);
      // npm passes a signal on that the terminal has sent to everybody.
      demo.kill(signal);
      assert.equal(await demo.exitCode(), 0, demo.printed);
      assert.ok(tablesIn(demo.printed).length > shown, demo.printed);
      await demo.leavesNothing();
    });
  }

  it('says which part died and ends with exit code 1', async () => {
    const demo = new DemoRun('--connections', '20');
    const folder = await demo.started();
    const server = processesOf(folder).find(({ command }) => command.includes('postgres -D'));
    process.kill(server!.pid, 'SIGKILL');
    assert.equal(await demo.exitCode(), 1, demo.printed);
    assert.match(demo.printed, /^PostgreSQL ended \(SIGKILL\)$/m);
    await demo.leavesNothing();
  });

  it('leaves nothing behind where it is killed itself', async () => {
    const demo = new DemoRun('--connections', '20');
    const folder = await demo.started();
    demo.kill('SIGKILL');
    await demo.exitCode();
    while (existsSync(folder)) await sleep(50);
    await demo.leavesNothing();
  });
});
