import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type FleetFrame, fleetFrameText } from '../../src/analyze/fleet-frame.ts';
import { encodeOtlpJson } from '../../src/encode/otlp-json.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import type { ProfilesData } from '../../src/profile/model.ts';
import { taskprof } from '../support/taskprof-command.ts';
import { type ClickHouseEngine, INSTALL_TIMEOUT_MILLIS, startClickHouse } from './clickhouse-engine.ts';
import { createTable, insert } from './exporter-table.ts';
import { fleetMessages } from './fleet-messages.ts';
import { answerInProcess } from './in-process.ts';
import { type NaiveProfile, naiveProfiles, sumOf } from './naive-fleet.ts';
import { pValueByCounting } from './naive-rank-test.ts';

const MESSAGES = fleetMessages();
const PASSWORD = 'it is\'s "secret"';

/** Ways to have the same profiles in files. */
const LAYOUTS: Record<string, (folder: string, messages: readonly ProfilesData[]) => void> = {
  'a file of OTLP protobuf each': (folder, messages) => {
    mkdirSync(join(folder, 'below'));
    for (const [index, message] of messages.entries()) {
      writeFileSync(join(folder, index % 2 === 0 ? '' : 'below', `${index}.otlp.pb`), encodeOtlpProtobuf(message));
    }
  },
  'a Collector file of JSON lines': (folder, messages) => {
    writeFileSync(join(folder, 'profiles.json'), messages.map((message) => `${jsonOf(message)}\n`).join(''));
  },
  'a Collector file of JSON lines, gzip-ed': (folder, messages) => {
    writeFileSync(join(folder, 'profiles.json.gz'), gzipSync(messages.map(jsonOf).join('\n')));
  },
  'a Collector file of protobuf behind lengths': (folder, messages) => {
    writeFileSync(
      join(folder, 'profiles'),
      Buffer.concat(messages.flatMap((message) => behindLength(encodeOtlpProtobuf(message)))),
    );
  },
};

const QUESTIONS: Record<string, readonly string[]> = {
  'grep of a function': ['grep', 'connect|fetch'],
  'grep of a file and a line': ['grep', 'pg-pool/index\\.js:7\\)'],
  'grep of an odd name': ['grep', 'it\'s "odd" \\\\ \\t\\{x:String\\} 名 \\$1'],
  'grep of native code': ['grep', '^0xabc0 \\(/usr/lib'],
  'grep of what is nowhere': ['grep', 'nowhere'],
  'grep of wait': ['grep', 'connect', '--measure', 'wait'],
  'grep by instance': ['grep', 'connect', '--by', 'service.instance.id'],
  'grep by label and service': ['grep', 'connect', '--by', 'tier', '--by', 'service.name'],
  'grep by what nobody has': ['grep', 'connect', '--by', 'none'],
  'grep over time': ['grep', 'connect', '--over', 'time', '--step', '2m'],
  'grep over time by label': ['grep', 'connect', '--over', 'time', '--by', 'vip'],
  'grep of one service': ['grep', 'connect', '--where', 'service.name=shop', '--where', 'process.pid=4002'],
  'grep of some minutes': ['grep', 'connect', '--since', '2026-09-21T14:15:00Z', '--until', '2026-09-21T14:17:00Z'],
  top: ['top'],
  'top of wait': ['top', '--measure', 'wait', '--limit', '7'],
  'diff of the highest': ['diff', '--top', '8%', '--max-rate', '1'],
  'diff by a pattern': ['diff', '--top', '5', '--by', 'connect', '--max-rate', '1'],
  'diff of wait': ['diff', '--top', '8%', '--measure', 'wait'],
};

describe('answers over many profiles', () => {
  let folder: string;
  let engine: ClickHouseEngine | undefined;
  const answers = new Map<string, unknown>();

  before(async function () {
    this.timeout(INSTALL_TIMEOUT_MILLIS);
    folder = mkdtempSync(join(tmpdir(), 'fleet-test-'));
    for (const [name, write] of Object.entries(LAYOUTS)) {
      mkdirSync(join(folder, name));
      write(join(folder, name), MESSAGES);
    }
    engine = await startClickHouse('reader', PASSWORD);
    if (!engine) return;
    await createTable(engine);
    await insert(engine, MESSAGES);
  });

  after(() => {
    engine?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const [first, ...others] = Object.keys(LAYOUTS);

  async function ask(
    question: readonly string[],
    where: readonly string[],
    env: Record<string, string> = {},
  ): Promise<unknown> {
    return JSON.parse(await answerInProcess([...question, ...where, '--json'], env));
  }

  async function answerOf(question: string): Promise<Record<string, unknown>> {
    if (!answers.has(question)) answers.set(question, await ask(QUESTIONS[question]!, [join(folder, first!)]));
    return answers.get(question) as Record<string, unknown>;
  }

  for (const [name, question] of Object.entries(QUESTIONS)) {
    it(`are the same from ClickHouse: ${name}`, async function () {
      if (!engine) this.skip();
      const where = ['--clickhouse', `${engine.url}/otel`];
      const answer = await ask(question, where, { CLICKHOUSE_USER: 'reader', CLICKHOUSE_PASSWORD: PASSWORD });
      assert.deepEqual(answer, await answerOf(name));
    });
  }

  for (const layout of others) {
    it(`are the same from ${layout}`, async () => {
      for (const name of ['grep by label and service', 'diff by a pattern']) {
        assert.deepEqual(await ask(QUESTIONS[name]!, [join(folder, layout)]), await answerOf(name));
      }
    });
  }

  it('are those of a naive count: grep', async () => {
    const profiles = naiveProfiles(MESSAGES, 'tasks');
    assert.equal(profiles.length, 60);
    const pattern = /connect|fetch/;
    const expected = profiles
      .map((profile) => ({
        timeUnixNano: String(profile.timeUnixNano),
        resource: profile.resource,
        file: '',
        matching: sumOf(profile, pattern),
        total: sumOf(profile),
      }))
      .sort((a, b) => b.matching - a.matching || (a.timeUnixNano < b.timeUnixNano ? -1 : 1));
    const { byProfile, matching, total } = await answerOf('grep of a function');
    assert.deepEqual(byProfile, expected);
    assert.deepEqual([matching, total], [sum(expected, 'matching'), sum(expected, 'total')]);
    assert.ok(expected[0]!.matching > 100);
  });

  for (const [name, pattern] of [
    ['grep of a file and a line', /pg-pool\/index\.js:7\)/],
    ['grep of an odd name', /it's "odd" \\ \t\{x:String\} 名 \$1/],
    ['grep of native code', /^0xabc0 \(\/usr\/lib/],
    ['grep of what is nowhere', /nowhere/],
  ] as const) {
    it(`are those of a naive count: ${name}`, async () => {
      const { matching } = await answerOf(name);
      const expected = naiveProfiles(MESSAGES, 'tasks').reduce((total, profile) => total + sumOf(profile, pattern), 0);
      assert.equal(matching, expected);
      assert.equal(expected === 0, name === 'grep of what is nowhere');
    });
  }

  it('are those of a naive count: grep by label and service', async () => {
    const groups = new Map<string, { profiles: Set<NaiveProfile>; matching: number; total: number }>();
    for (const profile of naiveProfiles(MESSAGES, 'tasks')) {
      for (const { frames, labels, value } of profile.samples) {
        const key = `${labels.tier} ${profile.resource['service.name']}`;
        const group = groups.get(key) ?? { profiles: new Set(), matching: 0, total: 0 };
        groups.set(key, group);
        group.profiles.add(profile);
        group.total += Number(value);
        if (frames.some((text) => text.includes('connect'))) group.matching += Number(value);
      }
    }
    const { byGroup } = (await answerOf('grep by label and service')) as {
      byGroup: { by: Record<string, string>; profiles: number; matching: number; total: number }[];
    };
    const seen = byGroup.map(({ by, profiles, matching, total }) => [
      `${by.tier} ${by['service.name']}`,
      profiles,
      matching,
      total,
    ]);
    const expected = [...groups].map(([key, { profiles, matching, total }]) => [key, profiles.size, matching, total]);
    assert.deepEqual(seen, expected.sort());
  });

  it('are those of a naive count: top', async () => {
    const sums = new Map<string, bigint>();
    for (const { samples } of naiveProfiles(MESSAGES, 'wait')) {
      for (const { frames, value } of samples) sums.set(frames.join(), (sums.get(frames.join()) ?? 0n) + value);
    }
    const { stacks, stackCount } = (await answerOf('top of wait')) as {
      stacks: { value: number }[];
      stackCount: number;
    };
    const expected = [...sums.values()].map(Number).sort((a, b) => b - a);
    assert.equal(stackCount, sums.size);
    assert.deepEqual(
      stacks.map(({ value }) => value),
      expected.slice(0, 7),
    );
  });

  it('are those of a naive count: diff by a pattern, every stack, label and attribute', async () => {
    const profiles = naiveProfiles(MESSAGES, 'tasks').sort((a, b) => sumOf(b, /connect/) - sumOf(a, /connect/));
    const amounts = new Map<string, number[]>();
    const add = (what: string, index: number, value: number): void => {
      const each = amounts.get(what) ?? new Array<number>(profiles.length).fill(0);
      amounts.set(what, each);
      each[index]! += value;
    };
    for (const [index, { resource, samples }] of profiles.entries()) {
      for (const [name, text] of Object.entries(resource)) add(`resource ${name}=${text}`, index, 1);
      for (const { frames, labels, value } of samples) {
        add(`stack ${frames.join()}`, index, Number(value));
        for (const [name, text] of Object.entries(labels)) add(`label ${name}=${text}`, index, Number(value));
      }
    }
    const { differences } = (await answerOf('diff by a pattern')) as { differences: SeenDifference[] };
    const seen = new Map(differences.map((one) => [nameOf(one), one]));
    let compared = 0;
    for (const [what, each] of amounts) {
      const [highest, rest] = [each.slice(0, 5), each.slice(5)];
      const mean = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0) / values.length;
      if (new Set(each).size === 1) {
        assert.ok(!seen.has(what), `${what} is everywhere alike`);
        continue;
      }
      const { meanOfHighest, meanOfRest, difference, pValue } = seen.get(what) ?? assert.fail(what);
      assert.deepEqual(
        [meanOfHighest, meanOfRest, difference],
        [mean(highest), mean(rest), mean(highest) - mean(rest)],
      );
      const ratio = pValue / pValueByCounting(highest, rest);
      assert.ok(ratio > 0.75 && ratio < 1.33, `${what}: ${pValue} is ${ratio} of what it should be`);
      compared++;
    }
    assert.equal(compared, differences.length);
    assert.ok(compared > 100);
  });

  it('find what was made different: the version, the crowd at the pool, the one task behind a lock', async () => {
    const { differences, highest } = (await answerOf('diff by a pattern')) as {
      highest: number;
      differences: SeenDifference[];
    };
    assert.equal(highest, 5);
    const telling = differences.filter(({ falseDiscoveryRate }) => falseDiscoveryRate < 0.01);
    const texts = telling.map(({ kind, name, value, stack = [], difference, isScored }) => {
      const what = kind === 'stack' ? stack.map(({ functionName }) => functionName).join(' < ') : `${name}=${value}`;
      return `${difference > 0 ? '+' : '-'} ${what}${isScored ? ' *' : ''}`;
    });
    assert.deepEqual(texts.sort(), [
      '+ connect < handle3 < handle0 *',
      '+ fetch < handle29 < handle0',
      '+ http.route=/r/0',
      '+ service.version=2.0',
      '+ tier=gold',
      '+ tier=locked',
      '+ vip=true',
      '- service.version=1.9',
    ]);
  });

  it('say that they come from nowhere where the table, the user or the server is not there', async function () {
    if (!engine) this.skip();
    const env = { CLICKHOUSE_USER: 'reader', CLICKHOUSE_PASSWORD: PASSWORD };
    const told = async (
      args: readonly string[],
      of: Record<string, string> = env,
    ): Promise<[string, number | null]> => {
      const { stderr, exitCode } = await taskprof(['top', ...args], { env: of });
      return [stderr, exitCode];
    };
    const [table, tableCode] = await told(['--clickhouse', `${engine.url}/otel`, '--clickhouse-table', 'none']);
    assert.match(
      table,
      /^taskprof: ClickHouse at 127\.0\.0\.1:\d+ answered with status 500: .*otel\.none.*UNKNOWN_TABLE.*\n$/,
    );
    const [user, userCode] = await told(['--clickhouse', `${engine.url}/otel`], { CLICKHOUSE_USER: 'reader' });
    assert.match(user, /status 403: reader: Authentication failed/);
    const [server, serverCode] = await told(['--clickhouse', 'http://127.0.0.1:1']);
    assert.match(server, /^taskprof: cannot reach ClickHouse at 127\.0\.0\.1:1: connection refused\n$/);
    const [measure, measureCode] = await told(['--clickhouse', `${engine.url}/otel`, '--measure', 'lost']);
    assert.equal(
      measure,
      'taskprof: table otel_profiles: there is no profile of type "lost" in it, only of "tasks" (60), "wait" (60); --measure chooses\n',
    );
    assert.deepEqual([tableCode, userCode, serverCode, measureCode], [1, 1, 1, 1]);
  });
});

interface SeenDifference {
  readonly kind: string;
  readonly name?: string;
  readonly value?: string;
  readonly stack?: readonly FleetFrame[];
  readonly meanOfHighest: number;
  readonly meanOfRest: number;
  readonly difference: number;
  readonly pValue: number;
  readonly falseDiscoveryRate: number;
  readonly isScored: boolean;
}

function nameOf({ kind, name, value, stack }: SeenDifference): string {
  return kind === 'stack' ? `stack ${stack!.map(fleetFrameText).join()}` : `${kind} ${name}=${value}`;
}

function jsonOf(message: ProfilesData): string {
  return Buffer.from(encodeOtlpJson(message)).toString();
}

function behindLength(bytes: Uint8Array): Uint8Array[] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

function sum<Name extends string>(rows: readonly Record<Name, number>[], name: Name): number {
  return rows.reduce((total, row) => total + row[name], 0);
}
