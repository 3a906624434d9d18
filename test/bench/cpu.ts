import type { CpuTurn, Variant } from './cpu-toggle.ts';
import { median } from './measure.ts';
import type { Report } from './report.ts';
import { runDemoService } from './service.ts';

const ROUNDS = 8;

/** What sampling the demo's service at 99 Hz costs: on top of the profile of tasks, and by the same library alone. */
export async function cpu(report: Report): Promise<void> {
  const rounds = [new Map<Variant, CpuTurn>()];
  await runDemoService('cpu-toggle.ts', (told) => {
    const turn = told as CpuTurn;
    if (rounds.at(-1)!.has(turn.variant)) rounds.push(new Map<Variant, CpuTurn>());
    rounds.at(-1)!.set(turn.variant, turn);
    // The first round is cold, the last one only begun.
    return rounds.length < ROUNDS + 2;
  });
  compare(report, rounds.slice(1, -1));
}

function compare(report: Report, rounds: readonly ReadonlyMap<Variant, CpuTurn>[]): void {
  const micros = (variant: Variant): number[] =>
    rounds.flatMap((round) => round.get(variant)?.cpuMicrosPerRequest ?? []);
  const added = (variant: Variant, over: Variant): number[] =>
    micros(variant).map((value, i) => value - micros(over)[i]!);
  report.section(
    `CPU of a request of the demo's service (cpu), sampled at 99 Hz in turns of one process, ${rounds.length} rounds`,
  );
  report.value('without', micros('none'), 'us');
  const alone = added('library', 'none');
  const withSpans = added('library with spans', 'none');
  const ours = added('tasks and cpu', 'tasks');
  report.value('@datadog/pprof alone, without spans', alone, 'us more');
  if (withSpans.length > 0) report.value('@datadog/pprof alone, told of spans in the plain way', withSpans, 'us more');
  report.value('the option cpu, on top of tasks, with spans and labels', ours, 'us more');
  const limit = median(withSpans.length > 0 ? withSpans : alone);
  report.figure('the option cpu, on top of tasks', median(ours), Number(limit.toPrecision(3)), 'us');
}
