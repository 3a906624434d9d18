import assert from 'node:assert/strict';
import { estimatesOf, meanOf, runShop, spanOf, truthOf, type ShopRun } from './shop.ts';

/** The groups with the most waiters, in truth, over the whole run. */
function largest({ profiles, reports }: ShopRun): { readonly group: string; readonly truth: number }[] {
  const [from] = spanOf(profiles[0]!);
  const [, to] = spanOf(profiles.at(-1)!);
  return [...truthOf(reports, from, to)]
    .map(([group, truth]) => ({ group, truth }))
    .sort((a, b) => b.truth - a.truth)
    .slice(0, 5);
}

/** Each of the five largest groups in each interval: how far off, in the standard errors that it claims. */
function deviations(run: ShopRun): number[] {
  return largest(run).flatMap(({ group }) =>
    run.profiles.map((profile) => {
      const { tasks, standardError } = estimatesOf(profile).get(group) ?? { tasks: 0, standardError: 0 };
      return Math.abs(tasks - truthOf(run.reports, ...spanOf(profile)).get(group)!) / standardError;
    }),
  );
}

describe("the profile of the demo's service, against the service's own count", function () {
  this.timeout(240_000);

  it('is within its standard errors at the default budget', async () => {
    const run = await runShop({}, 6);
    for (const { group, truth } of largest(run)) {
      const { tasks, standardError } = meanOf(run.profiles, group);
      const told = `${group}: ${tasks.toFixed(1)} ± ${standardError.toFixed(1)}, in truth ${truth.toFixed(1)}`;
      if (process.env.TASKPROF_VERBOSE) console.log(told, `${((tasks / truth - 1) * 100).toFixed(1)} %`);
      // Where chance finds few the claimed error is as low as the estimate: what it would be at the truth goes with the root.
      const errorAtTruth = standardError * Math.sqrt(Math.max(truth / tasks, 1));
      assert.ok(Math.abs(tasks - truth) <= 4 * errorAtTruth, told);
    }
    // For the same reason two claimed errors cover less than the 95 % of a normal distribution: some 85 %.
    const all = deviations(run);
    const covered = all.filter((deviation) => deviation <= 2).length;
    if (process.env.TASKPROF_VERBOSE) console.log(`two standard errors cover ${covered} of ${all.length}`);
    assert.ok(covered >= 0.6 * all.length, `two standard errors cover ${covered} of ${all.length}`);
  });

  it('is within a tenth where everything is looked at', async () => {
    // Means of ten seconds know the short waits of the smallest of them to 4 %.
    const run = await runShop({ OTEL_TASKPROF_SAMPLING: 'all' }, 6);
    for (const { group, truth } of largest(run)) {
      const { tasks, standardError } = meanOf(run.profiles, group);
      const told = `${group}: ${tasks.toFixed(2)} ± ${standardError.toFixed(2)}, in truth ${truth.toFixed(2)}`;
      if (process.env.TASKPROF_VERBOSE) console.log(told);
      assert.ok(Math.abs(tasks - truth) <= 0.1 * truth, told);
    }
  });
});
