import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { profileToFolded } from '../../src/encode/folded.ts';
import { otlpToProfiles } from '../../src/encode/otlp-import.ts';
import { otlpJsonToProfiles } from '../../src/encode/otlp-json-import.ts';
import { encodeOtlpJson } from '../../src/encode/otlp-json.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { pprofToProfiles } from '../../src/encode/pprof-import.ts';
import { encodePprof } from '../../src/encode/pprof.ts';
import { buildInstantProfile } from '../../src/profile/build.ts';
import { profilesDataText } from '../../src/profile/text.ts';
import { snapshotJson, taskSample, taskSnapshot } from '../support/debug-endpoint.ts';
import { COMMAND } from '../support/entry-points.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';
import { taskprof } from '../support/taskprof-command.ts';

const SNAPSHOT = taskSnapshot(
  taskSample({ tasks: 7, labels: { tenant: 'acme' } }),
  taskSample({ tasks: 2, stack: [frame('poll')], awaitIndex: 0, oldestWaitMillis: 10 }),
);
const TASKS = buildInstantProfile(SNAPSHOT, () => 0);
const DATA = profilesData(TASKS);

describe('taskprof with files', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'taskprof-files-'));
    await writeFile(at('tasks.pb.gz'), encodePprof([TASKS]));
    await writeFile(at('tasks.otlp.pb'), encodeOtlpProtobuf(DATA));
    await writeFile(at('tasks.otlp.json'), encodeOtlpJson(DATA));
    await writeFile(at('zipped'), gzipSync(encodeOtlpProtobuf(DATA)));
    await writeFile(
      at('lines'),
      Buffer.concat([encodeOtlpJson(DATA), Buffer.from('\n'), encodeOtlpJson(DATA), Buffer.from('\n')]),
    );
    await writeFile(at('tasks.folded'), profileToFolded(TASKS));
    await writeFile(at('snapshot'), snapshotJson(SNAPSHOT));
    await writeFile(
      at('cpu.pb.gz'),
      encodePprof([
        profile({ sampleType: { type: 'samples', unit: 'count' }, periodType: { type: 'cpu', unit: 'nanoseconds' } }),
        profile({
          sampleType: { type: 'cpu', unit: 'nanoseconds' },
          periodType: { type: 'cpu', unit: 'nanoseconds' },
          samples: [sample({ value: 2_500_000_000 })],
        }),
      ]),
    );
  });
  after(() => rm(folder, { recursive: true }));

  describe('ps FILE', () => {
    for (const name of ['tasks.otlp.pb', 'tasks.otlp.json', 'zipped', 'lines', 'snapshot']) {
      it(`shows all that a snapshot says, from ${name}`, async () => {
        const { stdout, stderr, exitCode } = await taskprof(['ps', at(name)]);
        const lines = stdout.split('\n');
        assert.match(lines[0]!, /^9 tasks parked/);
        assert.match(lines[1]!, /^2026-09-21T14:13:20.123Z, .*, every task seen$/);
        assert.deepEqual(lines.slice(3), [
          '  TASKS    SHARE     OLDEST  CALLS',
          '      7   77.8 %     1.50 s  handle  app/pool.js:6',
          '                             await in query  app/pool.js:5',
          '                             waits for Pool.connect  pg-pool/index.js:12',
          '                             {tenant=acme}',
          '      2   22.2 %      10 ms  await in poll  app/pool.js:4',
          '',
        ]);
        assert.deepEqual([stderr, exitCode], ['', 0]);
      });
    }

    it('shows a snapshot of an interval as a mean, and the time that its tasks waited', async () => {
      const interval = {
        ...(JSON.parse(snapshotJson(SNAPSHOT)) as object),
        startTimeUnixNano: '1789999990123456789',
        durationNano: '10000000000',
      };
      const stdin = JSON.stringify(interval);
      const tasks = await taskprof(['ps', '-'], { stdin });
      assert.match(tasks.stdout, /^9 tasks parked\n2026-09-21T14:13:20\.123Z, mean over 10\.0 s, every task seen\n/);
      const waits = await taskprof(['ps', '-', '--sample-type', 'wait'], { stdin });
      assert.match(waits.stdout, /^1\.5 min wait\n2026-09-21T14:13:20\.123Z, over 10\.0 s, every task seen\n/);
      assert.match(waits.stdout, /^1\.2 min +77\.8 % +1\.50 s +handle /m);
      const { stdout } = await taskprof(['convert', '-', '-', '--to', 'text'], { stdin });
      assert.match(stdout, /^wait\/nanoseconds, [^]*^70000000000$/m);
    });

    it('shows what a pprof and folded stacks hold', async () => {
      const { stdout } = await taskprof(['ps', at('tasks.pb.gz')]);
      assert.match(stdout, /^9 tasks parked\n/);
      assert.match(
        stdout,
        / 7 {3}77\.8 % {10}- {2}handle {2}app\/pool\.js:6\n.* query {2}.*\n.* Pool\.connect {2}.*\n.*\{tenant=acme\}/,
      );
      const folded = await taskprof(['ps', '-'], { stdin: await readFile(at('tasks.folded')) });
      assert.match(folded.stdout, /^9 samples\ntime not known\n\nSAMPLES .*\n {6}7 {3}77\.8 % {10}- {2}handle\n/);
    });

    it('of what does not wait without a word of parking', async () => {
      await writeFile(at('self.folded'), 'main 3\nmain;work 4\n');
      const { stdout } = await taskprof(['ps', at('self.folded')]);
      assert.match(stdout, /^ +3 here$/m);
      assert.doesNotMatch(stdout, /parked/i);
      assert.match((await taskprof(['ps', at('self.folded'), '--flat'])).stdout, / STACK$/m);
    });

    it('shows a chosen type, in its unit', async () => {
      const cpu = await taskprof(['ps', at('cpu.pb.gz'), '--sample-type', 'cpu']);
      assert.match(cpu.stdout, /^2\.50 s cpu\n/);
      assert.match((await taskprof(['ps', at('cpu.pb.gz')])).stdout, /^1 samples\n/);
      const { stderr, exitCode } = await taskprof(['ps', at('cpu.pb.gz'), '--sample-type', 'heap']);
      assert.match(stderr, /there is no profile of type "heap" in it, only of "samples", "cpu"\n$/);
      assert.equal(exitCode, 1);
    });

    it('filters what is in it', async () => {
      const total = async (...args: string[]): Promise<unknown> =>
        (JSON.parse((await taskprof(['ps', at('snapshot'), '--json', ...args])).stdout) as { total: unknown }).total;
      assert.equal(await total('--min-wait', '1000'), 7);
      assert.equal(await total('--label', 'tenant=acme'), 7);
      assert.equal(await total('--label', 'tenant=globex'), 0);
      assert.equal(await total('--matching', '^poll '), 2);
      assert.equal(await total('--matching', 'pool\\.js:5:'), 7);
    });

    it('tells what is wrong with a file, in one line and with exit code 1', async () => {
      const broken = encodePprof([TASKS]);
      await writeFile(at('cut.pb.gz'), broken.subarray(0, broken.length - 10));
      await writeFile(at('cut.otlp'), encodeOtlpProtobuf(DATA).subarray(0, -5));
      await writeFile(at('noise'), Buffer.from([0xff, 0xfe, 0x00, 0x01, 0x02, 0xff]));
      await writeFile(at('empty'), '');
      await writeFile(at('other.json'), '{"nodes":[]}');
      await writeFile(at('cut.json'), '{"resourceProfiles":[');
      await writeFile(at('prose'), 'Dear diary,\nnothing happened.\n');
      const cases: [string, RegExp][] = [
        ['cut.pb.gz', /broken gzip: unexpected end of file/],
        ['cut.otlp', /it is no profile|ends within|beyond its message/],
        ['noise', /it is no profile \(pprof, OTLP in protobuf or JSON/],
        ['empty', /it is empty/],
        ['other.json', /not an OTLP message: it has no resourceProfiles/],
        ['cut.json', /broken JSON: /],
        ['prose', /it is text, but no folded stacks: line 1: must be names/],
        ['missing', /there is no such file/],
        ['', /it is a folder/],
      ];
      for (const [name, message] of cases) {
        const { stdout, stderr, exitCode } = await taskprof(['ps', at(name)]);
        assert.match(stderr, message, name);
        assert.match(stderr, /^taskprof: [^\n]+\n$/, name);
        assert.deepEqual([stdout, exitCode], ['', 1], name);
      }
    });

    it('ends in silence where nobody reads on', async () => {
      await writeFile(at('long.folded'), Array.from({ length: 50_000 }, (_, i) => `main;f${i} 1\n`).join(''));
      const { stdout, stderr } = spawnSync(
        'sh',
        ['-c', '"$0" "$1" ps "$2" | head -n 1', process.execPath, COMMAND, at('long.folded')],
        {
          encoding: 'utf8',
        },
      );
      assert.deepEqual([stdout, stderr], ['50000 samples\n', '']);
    });
  });

  describe('convert', () => {
    const convert = async (...args: string[]) => taskprof(['convert', ...args]);

    it('writes every format from every other, by the names of the files', async () => {
      const readers: Record<string, (bytes: Uint8Array) => string> = {
        'out.pb.gz': (bytes) => profileToFolded(pprofToProfiles(bytes).data.profiles[0]!),
        'out.otlp.pb': (bytes) => profileToFolded(otlpToProfiles(bytes).messages[0]!.profiles[0]!),
        'out.otlp.json': (bytes) => profileToFolded(otlpJsonToProfiles(bytes).messages[0]!.profiles[0]!),
        'out.folded': (bytes) => Buffer.from(bytes).toString(),
      };
      for (const input of ['tasks.pb.gz', 'tasks.otlp.pb', 'tasks.otlp.json', 'tasks.folded', 'snapshot']) {
        for (const [output, read] of Object.entries(readers)) {
          const { stdout, exitCode } = await convert(at(input), at(output));
          assert.deepEqual([stdout, exitCode], ['', 0]);
          assert.equal(read(await readFile(at(output))), profileToFolded(TASKS), `${input} to ${output}`);
        }
      }
    });

    it('loses nothing between the two forms of OTLP, and says nothing', async () => {
      const { stderr } = await convert(at('tasks.otlp.pb'), at('same.json'));
      assert.equal(stderr, '');
      assert.deepEqual(await readFile(at('same.json')), Buffer.from(encodeOtlpJson(DATA)));
      await convert(at('same.json'), at('same.otlp'));
      assert.deepEqual(await readFile(at('same.otlp')), Buffer.from(encodeOtlpProtobuf(DATA)));
    });

    it('writes text as it is printed elsewhere, to the standard output, from the standard input', async () => {
      const { stdout } = await taskprof(['convert', '-', '-', '--to', 'text'], { stdin: encodeOtlpProtobuf(DATA) });
      assert.equal(stdout, profilesDataText(DATA));
    });

    it('tells what is lost, on the standard error, unless --quiet', async () => {
      const { stderr } = await convert(at('tasks.otlp.pb'), at('out.folded'));
      assert.deepEqual(stderr.split('\n'), [
        'not carried over: 2 attributes of the resource',
        'not carried over: 1 names and versions of the scope',
        'not carried over: 11 attributes of profiles',
        'not carried over: 1 times and durations of profiles',
        'not carried over: 1 labels of samples',
        'not carried over: 4 files and lines of frames (--positions keeps them in the names)',
        '',
      ]);
      assert.match((await convert(at('tasks.otlp.pb'), at('out.pb.gz'))).stderr, /11 attributes of profiles\n/);
      assert.equal((await convert(at('tasks.otlp.pb'), at('out.folded'), '--quiet')).stderr, '');
    });

    it('keeps files and lines with --positions', async () => {
      const { stdout } = await convert(at('tasks.otlp.pb'), '-', '--to', 'folded', '--positions', '-q');
      assert.equal(stdout, profileToFolded(TASKS, { positions: true }));
    });

    it('takes the type that is asked for where a format holds one', async () => {
      const some = await convert(at('cpu.pb.gz'), '-', '--to', 'folded');
      assert.match(some.stderr, /1 types of profiles \(cpu\); --sample-type chooses\n/);
      assert.equal(some.stdout, 'handle;acquire 1\n');
      const { stdout } = await convert(at('cpu.pb.gz'), '-', '--to', 'folded', '--sample-type', 'cpu');
      assert.equal(stdout, 'handle;acquire 2500000000\n');
    });

    it('writes several files where one can not hold all', async () => {
      const later = profile({ timeUnixNano: 1n });
      await writeFile(at('two.otlp'), encodeOtlpProtobuf(profilesData(profile(), later)));
      const { stderr, exitCode } = await convert(at('two.otlp'), at('two.pb.gz'));
      assert.match(stderr, /wrote .*two-2\.pb\.gz as well: one pprof can't hold all\n/);
      assert.equal(exitCode, 0);
      assert.equal(pprofToProfiles(await readFile(at('two-2.pb.gz'))).data.profiles[0]!.timeUnixNano, 1n);
      const stdout = await convert(at('two.otlp'), '-', '--to', 'pprof');
      assert.match(stdout.stderr, /^taskprof: what is in it needs 2 files of pprof; the standard output is one\n$/);
      assert.equal(stdout.exitCode, 1);
    });

    it('refuses input that is not of the format that is given', async () => {
      const { stderr, exitCode } = await convert(at('tasks.otlp.pb'), '-', '--from', 'pprof', '--to', 'text');
      assert.match(stderr, /^taskprof: .*tasks\.otlp\.pb: not a pprof profile: /);
      assert.equal(exitCode, 1);
    });

    it('leaves nothing behind where it can not write', async () => {
      const before = await readdir(folder);
      const { stderr, exitCode } = await convert(at('tasks.pb.gz'), at('no-folder/out.folded'));
      assert.match(stderr, /^taskprof: cannot write .*out\.folded: its folder is not there\n$/);
      assert.equal(exitCode, 1);
      assert.deepEqual(await readdir(folder), before);
    });
  });
});
