import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clickHouseAddress } from '../../src/cli/clickhouse-address.ts';
import { profileToFolded } from '../../src/index.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { profilesToPprof } from '../../src/encode/pprof.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';
import { type CommandResult, hasTerminals, taskprof, TerminalRun } from '../support/taskprof-command.ts';

const data = profilesData(profile({ samples: [sample({ value: 5 }), sample({ stack: [frame('sleep')], value: 2 })] }));

describe('taskprof grep, diff and top of files', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'fleet-cli-'));
    mkdirSync(join(folder, 'good/deep'), { recursive: true });
    writeFileSync(join(folder, 'good/a.pb.gz'), profilesToPprof(data)[0]!);
    writeFileSync(join(folder, 'good/deep/b.pb.gz'), profilesToPprof(data)[0]!);
    writeFileSync(join(folder, 'good/.hidden'), 'no profile');
    mkdirSync(join(folder, 'mixed'));
    writeFileSync(join(folder, 'mixed/a.otlp.pb'), encodeOtlpProtobuf(data));
    writeFileSync(join(folder, 'mixed/cut.otlp.pb'), encodeOtlpProtobuf(data).subarray(0, 200));
    writeFileSync(join(folder, 'mixed/README'), 'Profiles of May.\n');
    writeFileSync(join(folder, 'stacks.folded'), profileToFolded(data.profiles[0]!));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: string[]): Promise<CommandResult> =>
    taskprof(args.map((arg) => (arg.startsWith('./') ? join(folder, arg) : arg)));

  it('count each file once, whatever names it: folders with what is below, patterns, hidden files left out', async () => {
    const { stdout, stderr, exitCode } = await run('grep', 'acquire', './good', './good/*.gz', './good/deep/b.pb.gz');
    assert.deepEqual([stderr, exitCode], ['', 0]);
    const lines = stdout
      .replaceAll(`${folder}/`, '')
      .split('\n')
      .map((line) => line.trim());
    assert.equal(lines[0], '2 of 2 profiles have a frame that matches acquire: 10 of 14 tasks (71.4 %)');
    assert.deepEqual(lines.slice(3, 6), [
      'tasks  of   share  time                      profile',
      '5   7  71.4 %  2026-09-21T14:13:20.123Z  good/a.pb.gz',
      '5   7  71.4 %  2026-09-21T14:13:20.123Z  good/deep/b.pb.gz',
    ]);
  });

  it('read other types of samples when asked for', async () => {
    const { stdout } = await run('grep', 'acquire', './stacks.folded', '--measure', 'samples');
    assert.match(stdout, /^1 of 1 profiles have a frame that matches acquire: 5 of 7 samples \(71\.4 %\)\n/);
    const { stderr, exitCode } = await run('grep', 'acquire', './stacks.folded');
    assert.match(stderr, /there is no profile of type "tasks" in it, only of "samples" \(1\); --measure chooses\n$/);
    assert.equal(exitCode, 1);
  });

  it('quote what files say without the escape sequences in them', async () => {
    const named = profile({ sampleType: { type: '\x1b]0;owned\x07tasks', unit: 'count' } });
    writeFileSync(join(folder, 'escapes.pb.gz'), profilesToPprof(profilesData(named))[0]!);
    const { stderr, exitCode } = await run('grep', 'acquire', './escapes.pb.gz');
    assert.ok(stderr.endsWith('only of "\ufffd]0;owned\ufffdtasks" (1); --measure chooses\n'), JSON.stringify(stderr));
    assert.equal(exitCode, 1);
  });

  it('leave out what can not be read and say so, and fail at it with --strict', async () => {
    const left = await run('top', './mixed', '--flat');
    assert.equal(left.exitCode, 0);
    assert.match(left.stdout, /^7 tasks a profile, mean of 1 profiles\n/);
    const told = left.stderr.replaceAll(`${folder}/`, '').split('\n');
    assert.match(told[0]!, /^taskprof: mixed\/README: it is text, but no folded stacks: line 1/);
    assert.match(told[1]!, /^taskprof: mixed\/cut\.otlp\.pb: /);
    assert.equal(told[2], 'left out: 2 of 3 files, which can not be read; --strict fails there');
    const strict = await run('top', './mixed', '--strict');
    assert.deepEqual([strict.exitCode, strict.stdout], [1, '']);
    assert.match(strict.stderr, /^taskprof: .*mixed\/README: it is text/);
    const none = await run('top', './mixed/README');
    assert.equal(none.exitCode, 1);
    assert.match(none.stderr, /none of 1 files can be read\n$/);
  });

  it('fail with --strict in threads as well, which read more than a megabyte', async () => {
    const large = join(folder, 'large');
    mkdirSync(large);
    const lines = Array.from({ length: 2_000 }, () => Buffer.from(encodeOtlpProtobuf(data)));
    const content = Buffer.concat(lines.flatMap((line) => [lengthOf(line), line]));
    for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(large, name), content);
    writeFileSync(join(large, 'cut'), content.subarray(0, -1));
    const { stdout, stderr, exitCode } = await run('grep', 'acquire', './large', '--strict');
    assert.deepEqual([stdout, exitCode], ['', 1]);
    assert.match(stderr, /^taskprof: .*large\/cut: it ends within a message: \d+ bytes of \d+\n$/);
    const left = await run('grep', 'acquire', './large', '--json');
    // The same profile again and again is one.
    assert.deepEqual(
      (({ profiles, matching }) => [profiles, matching])(JSON.parse(left.stdout) as Record<string, number>),
      [1, 5 * (5 * 2_000 - 1)],
    );
  });

  for (const [name, args, message] of [
    ['no path', ['grep', 'a'], 'it takes files or folders, or --clickhouse'],
    [
      'a pattern that is none',
      ['grep', 'pool(', './good'],
      '"pool(" is no regular expression of RE2: missing ): pool(',
    ],
    [
      'a share that is none',
      ['diff', '--top', '0%', './good'],
      "option '--top <n>' argument '0%' is invalid. It must be a share of the profiles, 5%, or a number of them, 20.",
    ],
    [
      'a time that is none',
      ['top', './good', '--since', 'soon'],
      "option '--since <time>' argument 'soon' is invalid. It must be a time, 2026-05-01T12:00:00Z, or a duration, 2h.",
    ],
    [
      'an option of a live process',
      ['top', './good', '--min-wait', '5'],
      '--min-wait is for a live process, not for files and ClickHouse',
    ],
    [
      'an option of files',
      ['top', 'localhost:6060', '--measure', 'cpu'],
      '--measure is for files and ClickHouse, not for a live process',
    ],
    ['a step without --over', ['grep', 'a', './good', '--step', '5m'], '--step goes with --over time'],
    [
      'no URL of ClickHouse',
      ['top', '--clickhouse', 'tcp://reader:secret@ch:9000'],
      `--clickhouse must be a URL of ClickHouse's HTTP interface, http://host:8123 or https://host:8443, got "tcp://reader:...@ch:9000"`,
    ],
  ] as const) {
    it(`refuse ${name} as wrong usage`, async () => {
      const { stdout, stderr, exitCode } = await run(...args);
      assert.deepEqual([stdout, exitCode], ['', 2]);
      assert.ok(stderr.startsWith(`taskprof: ${message}`), stderr);
      assert.equal(stderr.split('\n').length, 2, 'one line');
    });
  }

  it('say what there is nothing to compare with', async () => {
    const alike = await run('diff', './good', '--top', '1');
    assert.equal(alike.stderr, 'taskprof: all 2 profiles score 7: none is higher\n');
    const one = await run('diff', './good/a.pb.gz');
    assert.equal(one.stderr, 'taskprof: there is nothing to compare: one profile\n');
    const missing = await run('grep', 'a', './none/*.gz');
    assert.equal(missing.stderr, `taskprof: ${folder}/none/*.gz: there is no such file\n`);
    assert.deepEqual([alike.exitCode, one.exitCode, missing.exitCode], [1, 1, 1]);
  });

  describe('of many pods', () => {
    const SICK = 6;
    const library = (name: string) => frame(name, 'file:///app/node_modules/pg/lib/client.js');

    /** A few of the pods wait for their database, those of one region; all else is the same. */
    function podData(pod: number): ReturnType<typeof profilesData> {
      const isSick = pod < SICK;
      const tasks = profile({
        timeUnixNano: 1_790_000_000_000_000_000n + BigInt(pod) * 60_000_000_000n,
        samples: [
          sample({
            stack: [frame('acquire'), library('query'), frame('load'), frame('serve'), frame('route'), frame('handle')],
            value: isSick ? 100 + pod : 2,
            attributes: { tenant: isSick ? 'acme' : 'globex' },
          }),
          sample({ stack: [frame('sleep')], value: 3 }),
        ],
      });
      const region = isSick ? 'west' : 'east';
      const attributes = { 'service.name': 'shop', 'k8s.pod.name': `pod-${pod}`, 'cloud.region': region };
      return { ...profilesData(tasks), resource: { attributes } };
    }

    before(() => {
      mkdirSync(join(folder, 'pods'));
      for (let pod = 0; pod < 40; pod++) {
        writeFileSync(join(folder, 'pods', `${pod}.otlp.pb`), encodeOtlpProtobuf(podData(pod)));
      }
    });

    const linesOf = async (...args: string[]): Promise<string[]> => {
      const { stdout, stderr, exitCode } = await run(...args);
      assert.deepEqual([stderr, exitCode], ['', 0]);
      return stdout.split('\n').map((line) => line.trim().replace(/ +/g, ' '));
    };

    it('tell by stack, label and resource what the highest have more of', async () => {
      const lines = await linesOf('diff', './pods', '--top', String(SICK));
      assert.equal(
        lines[0],
        'The 6 highest of 40 profiles have at least 103 tasks. Against the other 34 they have, on average:',
      );
      const of = (kind: string): string[] => {
        const at = lines.findIndex((line) => line.startsWith('difference ') && line.endsWith(kind));
        assert.ok(at > 0, lines.join('\n'));
        return lines.slice(at + 1, lines.indexOf('', at));
      };
      const [stack] = of('stacks');
      assert.match(stack!, /^\+101 103 2 \S+ acquire app\/pool\.js:7 < .* < 2 more$/);
      const labels = of('labels');
      assert.match(
        labels.find((line) => line.endsWith('tenant=acme'))!,
        /^\+103 103 0 /,
      );
      assert.match(
        labels.find((line) => line.endsWith('tenant=globex'))!,
        /^-2 0 2 /,
      );
      assert.match(
        of('attributes of resources').find((line) => line.endsWith('cloud.region=west'))!,
        /^\+100\.0 % 100\.0 % 0\.0 % /,
      );
      assert.match(
        lines.at(-2)!,
        /^\d+ stacks, labels and attributes compared; \d+ differ no more than chance may explain/,
      );
    });

    it('mark the stacks that the profiles were chosen by, and say how many more there are', async () => {
      const lines = await linesOf('diff', './pods', '--top', '6', '--by', 'acquire', '--limit', '1', '--all-frames');
      assert.match(lines[0]!, /have at least 100 tasks with a frame that matches acquire\. Against/);
      const scored = lines.find((line) => line.includes('acquire app/pool.js'))!;
      assert.match(scored, / \* acquire app\/pool\.js:7 < .* < handle app\/pool\.js:6$/);
      assert.match(
        lines.at(-2)!,
        /\d+ more are significant; --limit shows them\. \* is what the profiles were chosen by\.$/,
      );
    });

    it('tell the same as JSON', async () => {
      const { stdout } = await run('diff', './pods', '--top', '15%', '--json');
      const told = JSON.parse(stdout) as { differences: Record<string, unknown>[] } & Record<string, unknown>;
      const { measure, scoredBy, profiles, highest, threshold, unit } = told;
      assert.deepEqual([measure, scoredBy, profiles, highest, threshold, unit], ['tasks', null, 40, 6, '103', 'count']);
      const region = told.differences.find(({ name, value }) => name === 'cloud.region' && value === 'west');
      assert.deepEqual([region?.kind, region?.meanOfHighest, region?.meanOfRest], ['resource', 1, 0]);
      const stack = told.differences.find(({ kind }) => kind === 'stack')?.stack as { functionName: string }[];
      assert.equal(stack[0]?.functionName, 'acquire');
      assert.ok(told.differences.every((one) => !('id' in one)));
    });

    it('count by attributes and over time', async () => {
      const by = await linesOf('grep', '^acquire', './pods', '--by', 'cloud.region', '--by', 'tenant');
      assert.equal(by[0], '40 of 40 profiles have a frame that matches ^acquire: 683 of 803 tasks (85.1 %)');
      assert.deepEqual(by.slice(3, -1), [
        'cloud.region tenant profiles tasks a profile most in one in all share',
        // Tasks that do not match have no tenant.
        'east - 34 0 0 0 0.0 %',
        'east globex 34 2 2 68 100.0 %',
        'west - 6 0 0 0 0.0 %',
        'west acme 6 103 105 615 100.0 %',
      ]);
      const over = await linesOf('grep', '^acquire', './pods', '--over', 'time', '--step', '20m');
      assert.equal(over[3], 'from profiles tasks a profile most in one in all share');
      assert.equal(over.slice(4).filter((line) => line !== '').length, 3);
      assert.match(over[5]!, /^2026-09-21T14:\d\d:00\.000Z 20 2 2 40 40\.0 %$/);
    });

    it('say how many rows they leave out', async () => {
      const lines = await linesOf('grep', '^acquire', './pods', '--limit', '2');
      assert.match(lines[4]!, /^105 108 97\.2 % 2026-09-21T14:18:20\.000Z shop pod-5$/);
      assert.equal(lines[6], '38 more; --limit shows them');
    });
  });

  it('do not add up values of different units', async () => {
    mkdirSync(join(folder, 'units'));
    for (const unit of ['nanoseconds', 'milliseconds']) {
      const waits = profile({ sampleType: { type: 'wait', unit } });
      writeFileSync(join(folder, 'units', `${unit}.pb.gz`), profilesToPprof(profilesData(waits))[0]!);
    }
    for (const command of [['grep', 'acquire'], ['diff', '--top', '1'], ['top']]) {
      const { stdout, stderr, exitCode } = await run(...command, './units', '--measure', 'wait');
      assert.deepEqual([stdout, exitCode], ['', 1]);
      assert.match(stderr, /^taskprof: the profiles have different units, "milliseconds" and "nanoseconds": .*\n$/);
    }
  });

  it('say that there is no place to keep profiles in', async () => {
    const args = ['grep', 'acquire', join(folder, 'good')];
    const { stderr, exitCode } = await taskprof(args, { env: { TMPDIR: join(folder, 'nowhere') } });
    assert.match(stderr, /^taskprof: ENOENT: no such file or directory, mkdtemp '.*nowhere\/taskprof-XXXXXX'\n$/);
    assert.equal(exitCode, 1);
  });

  it('say at which file a thread runs out of memory', async () => {
    // Each sample has a stack of its own: small on the disk only.
    const samples = Array.from({ length: 60_000 }, (_, index) => sample({ stack: [frame(`f${index}`)], value: 1 }));
    const path = join(folder, 'huge.otlp.pb');
    writeFileSync(path, encodeOtlpProtobuf(profilesData(profile({ samples }))));
    const args = ['grep', 'acquire', path];
    const { stderr, exitCode } = await taskprof(args, { env: { NODE_OPTIONS: '--max-old-space-size=16' } });
    assert.equal(stderr, `taskprof: ${path}: reading it takes more memory than there is\n`);
    assert.equal(exitCode, 1);
  });

  it('say what to install where DuckDB is not', () => {
    // The command as it is installed, with what it depends on but not that.
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const place = join(folder, 'installed');
    for (const part of [
      'dist',
      'package.json',
      'node_modules/commander',
      'node_modules/pbf',
      'node_modules/pprof-format',
      'node_modules/fast-string-truncated-width',
      'node_modules/@opentelemetry/api',
    ]) {
      if (existsSync(join(root, part))) cpSync(join(root, part), join(place, part), { recursive: true });
    }
    const args = [join(place, 'dist/cli/main.js'), 'grep', 'a', join(folder, 'good')];
    const { stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.match(
      stderr,
      /^taskprof: questions over files need the package @duckdb\/node-api, which does not load: .*; install it with: npm install @duckdb\/node-api\n$/,
    );
    assert.equal(status, 1);
  });

  it('shows how far the reading is on a terminal, and leaves nothing behind at Ctrl-C', async function () {
    if (!hasTerminals) this.skip();
    const many = join(folder, 'many');
    mkdirSync(many);
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary);
    const message = Buffer.from(encodeOtlpProtobuf(data));
    // Too much to be read by the time the bar is there.
    const large = Buffer.concat(Array.from({ length: 20_000 }, () => [lengthOf(message), message]).flat());
    for (let index = 0; index < 4; index++) writeFileSync(join(many, `${index}`), large);
    const terminal = new TerminalRun(['grep', 'acquire', many], { TMPDIR: temporary });
    try {
      await terminal.writes('0 of 4 files');
      assert.equal(readdirSync(temporary).length, 1);
      terminal.press('\x03');
      const { exit } = await terminal.end();
      assert.equal(exit, 130);
      assert.deepEqual(readdirSync(temporary), []);
    } finally {
      terminal.dispose();
    }
  });
});

function lengthOf(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return length;
}

describe('the address of ClickHouse', () => {
  const address = (url: string, environment = {}): object => {
    const {
      address: { url: whole, user, password },
      database,
    } = clickHouseAddress({ url, timeoutMillis: 1 }, environment);
    return { url: whole.href, user, password, database };
  };

  it('has the ports, user and database that ClickHouse has by default', () => {
    assert.deepEqual(address('localhost'), {
      url: 'http://localhost:8123/',
      user: '',
      password: '',
      database: 'default',
    });
    assert.equal((address('https://ch.example') as { url: string }).url, 'https://ch.example:8443/');
    assert.equal((address('https://ch.example:443/') as { url: string }).url, 'https://ch.example/');
  });

  it('has a database whose name goes without the slash behind it', () => {
    assert.equal((address('http://ch:9/otel/') as { database: string }).database, 'otel');
    assert.equal((address('http://ch:9/a%2Fb') as { database: string }).database, 'a/b');
  });

  for (const [name, url] of [
    ['user', 'http://%zz@ch'],
    ['password', 'http://me:%zz@ch'],
    ['database', 'http://ch/%zz'],
  ] as const) {
    it(`is wrong usage where the ${name} is not percent-encoded`, () => {
      const message = `--clickhouse: the ${name} in the URL is not percent-encoded: % itself is %25`;
      assert.throws(() => address(url), { name: 'UsageError', message });
    });
  }

  it('takes user, password and database from the URL, else from the environment', () => {
    const environment = { CLICKHOUSE_USER: 'env', CLICKHOUSE_PASSWORD: 'hidden' };
    assert.deepEqual(address('http://me:p%40ss@ch:9/otel', environment), {
      url: 'http://ch:9/',
      user: 'me',
      password: 'p@ss',
      database: 'otel',
    });
    assert.deepEqual(address('http://ch:9/?database=otel', environment), {
      url: 'http://ch:9/',
      user: 'env',
      password: 'hidden',
      database: 'otel',
    });
  });
});
