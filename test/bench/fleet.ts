import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { profilesToPprof } from '../../src/encode/pprof.ts';
import type { StackFrame } from '../../src/base/types.ts';
import type { ProfilesData, ProfileSample } from '../../src/profile/model.ts';
import { seededRandom } from '../support/seeded-random.ts';
import type { Report } from './report.ts';

const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const PROFILES = 10_000;
const LIMIT_SECONDS = 10;
const LIMIT_MEBIBYTES = 1_024;
const MEBIBYTE = 2 ** 20;
const FRAMES = 400;
const DEPTH = 20;
/** Profiles that are made; files repeat them with times of their own. */
const DISTINCT = 200;

type Format = 'pprof' | 'otlp';

/**
 * `grep` over 10,000 files, from the files to the answer: seconds and peak resident memory of the command. Profiles of 50 samples, which
 * is what a service of some fifty places to wait at has, and of 1,024, which is the most that one has by default.
 */
export function fleet(report: Report): void {
  report.section(`Questions over ${PROFILES} profiles, stacks of ${DEPTH} frames`);
  for (const samples of [50, 1_024]) for (const format of ['pprof', 'otlp'] as const) measure(report, format, samples);
}

function measure(report: Report, format: Format, samples: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'taskprof-bench-'));
  const what = `${format} of ${samples} samples`;
  try {
    const mebibytes = writeFiles(folder, format, samples) / MEBIBYTE;
    report.note(`${what}: ${mebibytes.toFixed(0)} MiB of files`);
    const grep = run(['grep', 'acquire(7|8)', folder]);
    report.value(`grep, ${what}`, [grep.seconds], 's');
    report.value(`grep, ${what}, processor time`, [grep.cpuSeconds], 's');
    report.figure(`grep, ${what}`, grep.seconds, LIMIT_SECONDS, 's');
    report.figure(`grep, ${what}, peak memory`, grep.mebibytes, LIMIT_MEBIBYTES, 'MiB');
    if (samples > 100) return;
    for (const args of [['diff', '--by', 'acquire7'], ['top']]) {
      const { seconds, cpuSeconds } = run([...args, folder]);
      report.value(`${args[0]!}, ${what}`, [seconds], 's');
      report.value(`${args[0]!}, ${what}, processor time`, [cpuSeconds], 's');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The command with the peak of its memory, which it writes last. */
function run(args: readonly string[]): { seconds: number; cpuSeconds: number; mebibytes: number } {
  const tell = `process.on('exit', () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); process.stderr.write(\`\${maxRSS} \${(userCPUTime + systemCPUTime) / 1e6}\n\`); })`;
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, COMMAND, ...args],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`taskprof ${args.join(' ')} failed: ${stderr}`);
  const [kilobytes, cpuSeconds] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number) as [number, number];
  return { seconds: (performance.now() - startedAt) / 1e3, cpuSeconds, mebibytes: kilobytes / 1_024 };
}

function writeFiles(folder: string, format: Format, samples: number): number {
  const random = seededRandom(1);
  const stacks = makeStacks(random, 2 * samples);
  let bytes = 0;
  for (let index = 0; index < DISTINCT; index++) {
    const data = makeProfile(random, index, stacks, samples);
    const content = format === 'pprof' ? profilesToPprof(data)[0]! : encodeOtlpProtobuf(data);
    const path = join(folder, `${index}`);
    mkdirSync(path);
    for (let copy = 0; copy < PROFILES / DISTINCT; copy++) {
      writeFileSync(join(path, `${copy}`), format === 'pprof' ? content : withInstance(data, copy));
      bytes += statSync(join(path, `${copy}`)).size;
    }
  }
  // Not what is still to be written to the disk.
  execFileSync('sync');
  return bytes;
}

/** OTLP says whose a profile is: each has to be of another process. */
function withInstance(data: ProfilesData, copy: number): Uint8Array {
  const attributes = { ...data.resource.attributes, 'service.instance.id': `pod-${copy}` };
  return encodeOtlpProtobuf({ ...data, resource: { attributes } });
}

function makeStacks(random: () => number, count: number): StackFrame[][] {
  const frames = Array.from({ length: FRAMES }, (_, index) => ({
    functionName: index < 20 ? `acquire${index}` : `handle${index}`,
    file: `/app/src/module${index % 60}.js`,
    line: index + 1,
    column: 1 + (index % 80),
  }));
  const leaf = (): StackFrame => frames[Math.floor(random() * 20)]!;
  const caller = (): StackFrame => frames[20 + Math.floor(random() * (FRAMES - 20))]!;
  return Array.from({ length: count }, () => [leaf(), ...Array.from({ length: DEPTH - 1 }, caller)]);
}

function makeProfile(
  random: () => number,
  index: number,
  stacks: readonly StackFrame[][],
  samples: number,
): ProfilesData {
  const from = Math.floor(random() * stacks.length);
  const each = Array.from({ length: samples }, (_, at): ProfileSample => {
    const attributes = { tier: at % 2 === 0 ? 'basic' : 'gold', 'http.route': `/r/${at % 10}` };
    return { stack: stacks[(from + at) % stacks.length]!, attributes, value: 1 + Math.floor(random() * 9) };
  });
  const type = { type: 'tasks', unit: 'count' };
  const timeUnixNano = 1_790_000_000_000_000_000n + BigInt(index) * 60_000_000_000n;
  return {
    resource: { attributes: { 'service.name': 'shop' } },
    scope: { name: 'bench', version: '0' },
    profiles: [
      {
        sampleType: type,
        periodType: type,
        period: 1,
        timeUnixNano,
        durationNano: 60_000_000_000n,
        attributes: {},
        samples: each,
      },
    ],
  };
}
