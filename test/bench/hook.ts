import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { NODE_MAJORS, installedNode } from '../support/node-programs.ts';
import type { AwaitCost } from './hook-variants.ts';
import { median } from './measure.ts';
import type { Report } from './report.ts';

const ROUNDS = 5;
const LIMIT_FOLLOWED_NANOS = 150;
const LIMIT_UNFOLLOWED_NANOS = 60;
const LIMIT_CAPTURING_NANOS = 70;
const LIMIT_WAITS_RATIO = 1.1;

const CHILD = fileURLToPath(new URL('hook-variants.ts', import.meta.url));
const FLAGS = ['--expose-gc', '--max-semi-space-size=64', '--disable-warning=ExperimentalWarning'];

const VARIANTS = {
  bare: 'nothing',
  'empty-2': 'two empty promise hooks (init, before)',
  'empty-3': 'three empty promise hooks',
  followed: 'profiler, all followed (sampling 1)',
  'followed-waits': 'the same while means and waits are wanted',
  'followed-0.1': 'profiler, a tenth followed (sampling 0.1)',
  'not-followed': 'profiler, not followed (sampling 1e-9)',
  'beside-followed': 'profiler, not followed, beside a parked followed one',
  adaptive: 'profiler, adaptive, from its start',
  captured: 'engine that captures alone, p close to 0',
  'async-hooks-init': 'async_hooks init',
  'async-hooks-id': 'async_hooks init, executionAsyncId in use',
  'async-hooks-destroy': 'async_hooks init and destroy',
  'async-hooks-stack': 'async_hooks and a stack for each promise',
  'async-local-storage': 'AsyncLocalStorage, one store',
} as const;

type Variant = keyof typeof VARIANTS;
type Costs = Readonly<Record<Variant, AwaitCost[]>>;

/**
 * What an await costs over the bare code, next to what others cost, on each installed Node. Each variant has processes of its own,
 * all in turns: code of one that has run in a process makes that of the next one slower, and a service has one profiler.
 */
export function hook(report: Report): void {
  for (const major of NODE_MAJORS) {
    const node = installedNode(major);
    if (node !== undefined) compare(report, costsOn(node), versionOf(node));
  }
}

function costsOn(node: string): Costs {
  const costs = Object.fromEntries(Object.keys(VARIANTS).map((variant) => [variant, [] as AwaitCost[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const variant of Object.keys(VARIANTS)) costs[variant]!.push(run(node, [CHILD, variant]));
  }
  return costs as unknown as Costs;
}

function run(node: string, args: readonly string[]): AwaitCost {
  const environment = { ...process.env, NODE_OPTIONS: '' };
  return JSON.parse(execFileSync(node, [...FLAGS, ...args], { encoding: 'utf8', env: environment })) as AwaitCost;
}

function versionOf(node: string): string {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
}

function compare(report: Report, costs: Costs, version: string): void {
  const nanosOver = (variant: Variant, base: Variant = 'bare'): number[] =>
    costs[variant].map(({ nanos }, round) => nanos - costs[base][round]!.nanos);
  report.section(`An await, over the same code without hooks (hook), Node ${version}, ${ROUNDS} processes each`);
  const bare = costs.bare.map(({ nanos }) => nanos);
  report.value(`${VARIANTS.bare}: the await itself`, bare, 'ns');
  for (const [variant, name] of Object.entries(VARIANTS) as [Variant, string][])
    if (variant !== 'bare') report.value(name, nanosOver(variant), 'ns');
  report.figure('a followed await', median(nanosOver('followed')), LIMIT_FOLLOWED_NANOS, 'ns');
  const followed = median(nanosOver('followed'));
  const withWaits = median(nanosOver('followed-waits'));
  report.figure('the same while means and waits are wanted', withWaits / followed, LIMIT_WAITS_RATIO, 'times');
  report.figure('a not followed await', median(nanosOver('not-followed')), LIMIT_UNFOLLOWED_NANOS, 'ns');
  report.figure('the same beside a followed one', median(nanosOver('beside-followed')), LIMIT_UNFOLLOWED_NANOS, 'ns');
  const initWithId = median(nanosOver('async-hooks-id'));
  report.figure('a not followed await, against async_hooks init', median(nanosOver('not-followed')), initWithId, 'ns');
  report.figure('the engine that captures, p close to 0', median(nanosOver('captured')), LIMIT_CAPTURING_NANOS, 'ns');
  const bytes = costs.captured.map((cost, round) => cost.bytes - costs['empty-2'][round]!.bytes);
  report.figure('allocated by it for an await, over empty hooks', median(bytes), 1, 'bytes');
}
