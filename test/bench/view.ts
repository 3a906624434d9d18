import { randomBytes } from 'node:crypto';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import type { StackFrame } from '../../src/base/types.ts';
import type { ProfileSample, ProfilesData } from '../../src/profile/model.ts';
import { Intake } from '../../src/viewer/receive.ts';
import { Store } from '../../src/viewer/store.ts';
import { startViewer } from '../../src/viewer/viewer.ts';
import { openPage, startBrowser } from '../viewer/browser.ts';
import { median } from './measure.ts';
import type { Report } from './report.ts';

const PROFILES = 1_000;
const SAMPLES = 1_024;
const STACKS = 300;
const FRAMES = 30;
const ROUNDS = 12;
const PER_ROUND = 40;
const WARM_UP = 3;
const VIEWS = 7;
const LIMITS = { profilesPerSecond: 200, firstViewMillis: 1_000, filterMillis: 200 } as const;
const NO_LIMITS = { maxAgeMillis: Infinity, maxBytes: Infinity } as const;

/**
 * `taskprof view` with 1,000 profiles of 1,024 samples, each in a span of its own, over 300 stacks of 30 frames: how many it takes in a second
 * (decoding included, one thread), and how long the page takes to show them, and to show what a filter leaves.
 */
export async function view(report: Report): Promise<void> {
  report.section(
    `taskprof view (view): ${PROFILES} profiles of ${SAMPLES} samples, ${STACKS} stacks of ${FRAMES} frames`,
  );
  const messages = Array.from({ length: 20 }, (_, n) => message(n));
  measureIntake(report, messages.map(encodeOtlpProtobuf));
  await measurePage(report, messages);
}

const stacks: readonly (readonly StackFrame[])[] = Array.from({ length: STACKS }, (_, n) =>
  Array.from({ length: FRAMES }, (__, depth) => {
    // Callers are shared by more stacks the further out they are.
    const name = `${depth < 10 ? 'leaf' : 'caller'}${n % Math.max(1, Math.floor(STACKS / (depth + 1)))}`;
    return { functionName: `${name}_${depth}`, file: `file:///srv/app/module${depth}.js`, line: 1 + depth, column: 7 };
  }),
);

/** Ten seconds each; who calls gives the time. */
function message(n: number): ProfilesData {
  const samples = Array.from({ length: SAMPLES }, (_, index): ProfileSample => ({
    stack: stacks[(index * 7 + n) % STACKS]!,
    attributes: { 'http.route': `/route/${index % 12}` },
    link: { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') },
    value: 1 + (index % 3),
  }));
  const type = { type: 'tasks', unit: 'count' };
  const attributes = {
    'taskprof.view': 'mean',
    'taskprof.sample.tasks': samples.map(({ value }) => Number(value)),
    'taskprof.sample.oldest_wait': samples.map((_, index) => 1e6 * index),
    'taskprof.sample.await_index': samples.map(() => 9),
  };
  const timeUnixNano = 1_790_000_000_000_000_000n + BigInt(n) * 10_000_000_000n;
  const profile = {
    sampleType: type,
    periodType: type,
    period: 1,
    timeUnixNano,
    durationNano: 10_000_000_000n,
    attributes,
    samples,
  };
  return {
    resource: { attributes: { 'service.name': 'shop' } },
    scope: { name: 'bench', version: '1' },
    profiles: [profile],
  };
}

/** By the processor time of this process, which tells what one core can do on a machine that others use as well. */
function measureIntake(report: Report, bodies: readonly Uint8Array[]): void {
  const store = new Store(NO_LIMITS);
  const intake = new Intake(store);
  const rates = Array.from({ length: ROUNDS }, () => {
    const begin = process.cpuUsage();
    for (let n = 0; n < PER_ROUND; n++) intake.take('profiles', 'protobuf', bodies[n % bodies.length]!);
    const { user, system } = process.cpuUsage(begin);
    return PER_ROUND / ((user + system) / 1e6);
  }).slice(WARM_UP);
  store.close();
  report.value('profiles taken in a second of one core', rates, '/s');
  report.figure('profiles taken in a second of one core', median(rates), LIMITS.profilesPerSecond, '/s', 'at least');
}

async function measurePage(report: Report, messages: readonly ProfilesData[]): Promise<void> {
  const viewer = await startViewer({ port: 0, grpcPort: false, ...NO_LIMITS });
  const browser = await startBrowser();
  try {
    for (let n = 0; n < PROFILES; n++) viewer.store.addProfiles([timed(messages[n % messages.length]!, n)]);
    report.value('store with all of them', [viewer.store.usedBytes / 2 ** 20], 'MiB');
    const [views, filters]: [number[], number[]] = [[], []];
    for (let round = 0; round < VIEWS; round++) {
      const start = performance.now();
      const { page } = await openPage(browser, viewer.url);
      await page.locator('.legend li').first().waitFor();
      await page.locator('.flame g').nth(20).waitFor();
      views.push(performance.now() - start);
      // From the click until the page has drawn what is left of it, by the page's own clock.
      filters.push(Number(await page.evaluate(FILTER_MILLIS)));
      await page.context().close();
    }
    report.value('first view', views, 'ms');
    report.value('a filter', filters, 'ms');
    report.figure('first view', median(views), LIMITS.firstViewMillis, 'ms');
    report.figure('a filter', median(filters), LIMITS.filterMillis, 'ms');
  } finally {
    await browser.close();
    await viewer.stop();
  }
}

/** Clicks a frame, and waits until flame graph and chart are of it. */
const FILTER_MILLIS = `new Promise((resolve) => {
  const frames = document.querySelectorAll('.flame g');
  const total = document.querySelector('.view .bar b').textContent;
  const begin = performance.now();
  frames[15].dispatchEvent(new MouseEvent('click', { bubbles: true }));
  const look = () => {
    const isThere = document.querySelector('.view .bar b')?.textContent !== total && !document.querySelector('.chart[aria-busy=true]');
    if (isThere) resolve(performance.now() - begin);
    else requestAnimationFrame(look);
  };
  look();
})`;

function timed(data: ProfilesData, n: number): ProfilesData {
  const timeUnixNano = 1_790_000_000_000_000_000n + BigInt(n) * 10_000_000_000n;
  return { ...data, profiles: data.profiles.map((profile) => ({ ...profile, timeUnixNano })) };
}
