import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileExporterOptions } from '../../src/config/file-exporter.ts';
import { pprofToProfiles } from '../../src/encode/pprof-import.ts';
import { FileProfileExporter } from '../../src/export/file-exporter.ts';
import type { ProfilesData } from '../../src/profile/model.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { jsonToProtobuf } from '../support/otlp-json.ts';
import { modelOfOtlp } from '../support/otlp-model.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';

const SECOND = 1_000_000_000n;
const TIME = 1_790_000_000n * SECOND;

/** A profile of the nth second. */
const at = (second: number): ProfilesData => profilesData(profile({ timeUnixNano: TIME + BigInt(second) * SECOND }));

const NOTHING_LOST = { retried: 0, failed: 0, dropped: 0, lostByReason: {}, rejectedProfiles: 0 };

describe('FileProfileExporter', () => {
  let parent: string;
  let folder: string;
  let diagLines: DiagLines;

  beforeEach(() => {
    diagLines = recordDiag();
    parent = mkdtempSync(join(tmpdir(), 'taskprof-files-'));
    folder = join(parent, 'profiles', 'of', 'shop');
  });

  afterEach(() => {
    diagLines.stop();
    rmSync(parent, { recursive: true, force: true });
  });

  const exporterOf = (options: FileExporterOptions = {}): FileProfileExporter =>
    new FileProfileExporter({ folder, ...options });
  const names = (): string[] => readdirSync(folder);
  const content = (name: string): Buffer => readFileSync(join(folder, name));

  function setAge(name: string, seconds: number): void {
    const time = new Date(Date.now() - seconds * 1000);
    utimesSync(join(folder, name), time, time);
  }

  async function write(exporter: FileProfileExporter, ...seconds: number[]): Promise<void> {
    for (const second of seconds) assert.deepEqual(await exporter.export(at(second)), { status: 'success' });
  }

  it('writes a pprof to a folder that it makes, under the time, the measure and the process', async () => {
    const exporter = exporterOf();
    await write(exporter, 0);
    const [name, ...others] = names();
    assert.deepEqual(others, []);
    assert.match(name!, new RegExp(`^taskprof-20260921T141320\\.000Z-tasks-${process.pid}-[0-9a-f]{8}\\.pb\\.gz$`));
    const { data } = pprofToProfiles(content(name!), { frameType: 'v8js' });
    assert.deepEqual(data.profiles, at(0).profiles);
    assert.deepEqual(exporter.counts, { ...NOTHING_LOST, sent: 1 });
  });

  it('writes OTLP protobuf', async () => {
    await write(exporterOf({ format: 'otlp-protobuf' }), 0);
    const [name] = names();
    assert.match(name!, /\.otlp\.pb$/);
    assert.deepEqual(modelOfOtlp(content(name!)), at(0));
  });

  it('writes OTLP JSON', async () => {
    await write(exporterOf({ format: 'otlp-json' }), 0);
    const [name] = names();
    assert.match(name!, /\.otlp\.json$/);
    assert.deepEqual(modelOfOtlp(jsonToProtobuf(content(name!))), at(0));
  });

  it('writes a pprof of its own for what one pprof cannot hold', async () => {
    const lost = profile({ period: 7, sampleType: { type: 'lost', unit: 'count' } });
    await exporterOf().export(profilesData(profile(), lost));
    assert.deepEqual(
      names().map((name) => name.split('-')[2]),
      ['lost', 'tasks'].toSorted(),
    );
  });

  it('gives names that sort by time', async () => {
    const exporter = exporterOf();
    const seconds = [5, 86_400, 0, 3_600, 59];
    await write(exporter, ...seconds);
    const times = names().map((name) => pprofToProfiles(content(name)).data.profiles[0]!.timeUnixNano - TIME);
    assert.deepEqual(
      times,
      seconds.toSorted((a, b) => a - b).map((second) => BigInt(second) * SECOND),
    );
  });

  it('holds the folder under its size: the oldest go first, and files of others stay', async () => {
    await write(exporterOf(), 0);
    const bytes = statSync(join(folder, names()[0]!)).size;
    writeFileSync(join(folder, 'notes.txt'), 'x'.repeat(10 * bytes));
    mkdirSync(join(folder, 'taskprof-old'));
    const exporter = exporterOf({ maxFolderBytes: 3 * bytes + 20 });
    for (let second = 1; second <= 6; second++) {
      await write(exporter, second);
      const sizes = names()
        .filter((name) => name.endsWith('.pb.gz'))
        .map((name) => statSync(join(folder, name)).size);
      assert.ok(sizes.reduce((sum, size) => sum + size) <= 3 * bytes + 20);
    }
    assert.deepEqual(
      names().map((name) => name.slice(0, 27)),
      [
        'notes.txt',
        'taskprof-20260921T141324.00',
        'taskprof-20260921T141325.00',
        'taskprof-20260921T141326.00',
        'taskprof-old',
      ],
    );
  });

  it('drops what is larger than the folder may be, and keeps what is there', async () => {
    const exporter = exporterOf({ maxFolderBytes: 1_000 });
    await write(exporter, 0);
    const large = Array.from({ length: 2_000 }, (_, index) => sample({ stack: [frame(`f${Math.sin(index)}`)] }));
    const outcome = await exporter.export(profilesData(profile({ samples: large })));
    assert.equal(outcome.status, 'failure');
    assert.match(outcome.error.message, /a file of \d+ bytes, more than the folder's 1000/);
    assert.equal(names().length, 1);
    assert.deepEqual([exporter.counts.sent, exporter.counts.failed], [1, 1]);
  });

  it('removes files that are older than they may be', async () => {
    const exporter = exporterOf({ maxAgeMillis: 60_000 });
    await write(exporter, 0, 1);
    const [old, young] = names();
    setAge(old!, 61);
    setAge(young!, 59);
    await write(exporterOf({ maxAgeMillis: 60_000 }), 2);
    assert.equal(names()[0], young);
    assert.equal(names().length, 2);
  });

  it('removes what a process left unfinished ten minutes ago', async () => {
    await write(exporterOf(), 0);
    const [name] = names();
    const [left, underWay] = [`${name}.tmp`, `${name!.replace(/-\d+-/, '-1-')}.tmp`];
    for (const file of [left, underWay]) writeFileSync(join(folder, file), 'half');
    setAge(left, 601);
    setAge(underWay, 599);
    await write(exporterOf({ maxAgeMillis: 1_000_000 }), 1);
    assert.equal(names().includes(left), false);
    assert.equal(names().includes(underWay), true);
    assert.equal(names().length, 3);
  });

  it('shows a file under its name only when it is complete', async () => {
    const exporter = exporterOf({ format: 'otlp-protobuf' });
    const long = Array.from({ length: 64 }, (_, index) => sample({ stack: [frame(`${index} `.padEnd(200_000, 'x'))] }));
    const writing = exporter.export(profilesData(profile({ samples: long })));
    const turn = (): Promise<undefined> => new Promise((resolve) => void setImmediate(resolve, undefined));
    const sizes = new Set<number>();
    while ((await Promise.race([writing, turn()])) === undefined) {
      for (const name of existsSync(folder) ? names() : []) {
        if (name.endsWith('.otlp.pb')) sizes.add(statSync(join(folder, name)).size);
      }
    }
    assert.deepEqual(await writing, { status: 'success' });
    const [name, ...others] = names();
    assert.deepEqual(others, []);
    sizes.add(content(name!).length);
    assert.equal(sizes.size, 1, [...sizes].join());
  });

  it('fails where the folder cannot be made, tells once, and works again when it can', async () => {
    writeFileSync(join(parent, 'profiles'), 'a file in the way');
    const exporter = exporterOf();
    for (let i = 0; i < 3; i++) assert.equal((await exporter.export(at(i))).status, 'failure');
    assert.equal(diagLines.lines.length, 1);
    assert.match(diagLines.lines[0]!, /error .*profiles did not arrive at .*shop: .*(ENOTDIR|EEXIST)/);
    rmSync(join(parent, 'profiles'));
    await write(exporter, 0);
    assert.match(diagLines.lines[1]!, /info .*arrive at .* again/);
  });

  it('ends what was begun before it shuts down, and takes nothing afterwards', async () => {
    const exporter = exporterOf();
    void exporter.export(at(0));
    void exporter.export(at(1));
    await exporter.shutdown();
    assert.equal(names().length, 2);
    assert.equal((await exporter.export(at(2))).status, 'failure');
    assert.equal(names().length, 2);
  });

  it('lets four exports wait and drops what comes beyond', async () => {
    const exporter = exporterOf();
    const outcomes = await Promise.all([0, 1, 2, 3, 4, 5, 6].map((second) => exporter.export(at(second))));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['success', 'success', 'success', 'success', 'success', 'failure', 'failure'],
    );
    assert.equal(exporter.counts.dropped, 2);
  });

  for (const [option, value] of Object.entries({
    folder: '',
    format: 'jfr',
    maxFolderBytes: 0,
    maxAgeMillis: NaN,
  })) {
    it(`refuses ${option}: ${JSON.stringify(value)}`, () => {
      assert.throws(() => exporterOf({ [option]: value }), { name: 'InvalidOptionError', option, value });
    });
  }
});
