import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import fc from 'fast-check';
import type { Profile, StackEntry } from '../../src/profile/model.ts';
import { flameOf } from '../../src/viewer/flame.ts';
import { TooMuchError } from '../../src/viewer/limits.ts';
import { selectionOf } from '../../src/viewer/selection.ts';
import { Store, StoreFileError, type StoreOptions } from '../../src/viewer/store.ts';
import { anyProfile } from '../support/any-profile.ts';
import { frame } from '../support/profiles-data.ts';
import { messageOf, SECOND, span, START, tasks, tasksAt } from './viewer-data.ts';

const NO_LIMITS = { maxAgeMillis: Infinity, maxBytes: Infinity };

describe('the store', () => {
  let folder: string;
  const stores: Store[] = [];
  const open = (options: Partial<StoreOptions> = {}): Store => {
    const store = new Store({ ...NO_LIMITS, ...options });
    stores.push(store);
    return store;
  };
  const count = ({ database }: Store, table: string): number =>
    Number(database.prepare(`select count(*) as n from ${table}`).get()!.n);

  before(() => (folder = mkdtempSync(join(tmpdir(), 'taskprof-store-'))));
  afterEach(() => stores.splice(0).forEach((store) => store.close()));
  after(() => rmSync(folder, { recursive: true }));

  it('has each frame, stack and set of labels once', () => {
    const store = open();
    for (const at of [0, 10, 20]) {
      const labels = { attributes: { tenant: 'acme' } };
      store.addProfiles([
        messageOf('shop', tasksAt(at, tasks(1, 'acquire handle', labels), tasks(2, 'sleep handle', labels))),
      ]);
    }
    assert.deepEqual(
      ['frame', 'stack', 'labels', 'resource', 'series', 'profile', 'sample'].map((table) => count(store, table)),
      [3, 3, 1, 1, 1, 3, 6],
    );
  });

  it('sums what it was given, whatever the profile is', () => {
    fc.assert(
      fc.property(anyProfile(), (profile) => {
        const store = new Store(NO_LIMITS);
        store.addProfiles([messageOf('any', profile)]);
        const flame = flameOf(store.database, selectionOf(new URLSearchParams({ type: profile.sampleType.type })));
        const sum = profile.samples.reduce((total, { value }) => total + Number(value), 0);
        const size = profile.samples.reduce((total, { value }) => total + Math.abs(Number(value)), 1);
        store.close();
        assert.ok(Math.abs((flame?.total ?? 0) - sum) <= 1e-9 * size, `${flame?.total} is not ${sum}`);
      }),
      { numRuns: 60, seed: 8 },
    );
  });

  it('keeps nothing of a message that fails, and all of the next', () => {
    const store = open();
    const broken = tasksAt(0, tasks(1, 'acquire handle'), { ...tasks(1, 'other'), stack: undefined! });
    assert.throws(() => store.addProfiles([messageOf('shop', broken)]));
    for (const table of ['profile', 'sample', 'cell', 'frame', 'stack', 'resource'])
      assert.equal(count(store, table), 0, table);
    store.addProfiles([messageOf('shop', tasksAt(0, tasks(1, 'acquire handle')))]);
    assert.equal(flameOf(store.database, selectionOf(new URLSearchParams()))?.total, 1);
  });

  it('drops the oldest where it is full, with what only they referred to', () => {
    const maxBytes = 2 ** 20;
    const store = open({ maxBytes });
    const profileAt = (n: number): Profile =>
      tasksAt(10 * n, ...Array.from({ length: 300 }, (_, i) => tasks(1, `leaf${i}of${n} middle${n} main`)));
    for (let n = 0; n < 60; n++) {
      store.addProfiles([messageOf('shop', profileAt(n))]);
      assert.ok(store.usedBytes <= maxBytes);
    }
    const [first] = store.database.prepare('select min(start) as start from profile').all();
    assert.ok(Number(first!.start) > Number(START / 1000n), 'the oldest are gone');
    assert.equal(
      Number(store.database.prepare('select max(start) as start from profile').get()!.start),
      Number((START + 590n * SECOND) / 1000n),
    );
    assert.equal(count(store, 'frame'), 1 + 301 * count(store, 'profile'));
    assert.equal(Math.round(flameOf(store.database, selectionOf(new URLSearchParams()))!.total), 300);
  });

  it('drops what is too old', () => {
    const store = open({ maxAgeMillis: 3_600_000 });
    const now = BigInt(Date.now()) * 1_000_000n;
    const old = now - 7_200n * SECOND;
    store.addSpans([
      {
        ...messageOf('shop'),
        spans: [
          span({ startTimeUnixNano: old, endTimeUnixNano: old }),
          span({ traceId: 'a'.repeat(32), startTimeUnixNano: now, endTimeUnixNano: now }),
        ],
      },
    ]);
    assert.equal(count(store, 'span'), 1);
    assert.equal(count(store, 'trace'), 1);
  });

  it('does not let a sender whose clock is ahead push out what others send', () => {
    const store = open({ maxAgeMillis: 3_600_000, maxBytes: 2 ** 20 });
    const ahead = 10n * 86_400n * SECOND;
    const now = BigInt(Date.now()) * 1_000_000n;
    const many = Array.from({ length: 300 }, (_, i) => tasks(1, `leaf${i} main`));
    const received = (n: number): number => Number(now / 1000n) + 1e6 * n;
    for (let n = 0; n < 100; n++) {
      const own = { ...tasksAt(0, ...many), timeUnixNano: now + BigInt(n) * SECOND, durationNano: 1n };
      store.addProfiles([messageOf('ahead', { ...own, timeUnixNano: own.timeUnixNano + ahead })], received(n));
      store.addProfiles([messageOf('shop', own)], received(n));
    }
    assert.ok(count(store, 'profile') < 200);
    const rows = store.database
      .prepare(
        `select service, count(*) as n from profile join series on series.id = profile.series
         join resource on resource.id = series.resource group by service order by service`,
      )
      .all();
    assert.deepEqual(
      rows.map(({ service }) => service),
      ['ahead', 'shop'],
    );
    assert.ok(Math.abs(Number(rows[0]!.n) - Number(rows[1]!.n)) <= 1);
  });

  it('drops what becomes too old while nothing is received', async () => {
    const clock = mock.timers;
    clock.enable({ apis: ['setInterval', 'Date'], now: Date.now() });
    try {
      const store = open({ maxAgeMillis: 60_000 });
      let changes = 0;
      store.onChange(() => changes++);
      const now = BigInt(Date.now()) * 1_000_000n;
      store.addProfiles([messageOf('shop', { ...tasksAt(0, tasks(1, 'a')), timeUnixNano: now, durationNano: 1n })]);
      assert.deepEqual([count(store, 'profile'), changes], [1, 1]);
      clock.tick(70_000);
      assert.deepEqual([count(store, 'profile'), changes], [0, 2]);
    } finally {
      clock.reset();
    }
  });

  it('refuses a file that another has open, and leaves it to that', () => {
    const file = join(folder, 'taken.db');
    const first = open({ file });
    assert.throws(
      () => open({ file }),
      (thrown) => thrown instanceof StoreFileError && thrown.message.includes('in use already'),
    );
    first.addProfiles([messageOf('shop', tasksAt(0, tasks(3, 'acquire handle')))]);
    assert.equal(count(first, 'profile'), 1);
  });

  it('is there again when its file is opened', () => {
    const file = join(folder, 'kept.db');
    const first = new Store({ ...NO_LIMITS, file });
    first.addProfiles([messageOf('shop', tasksAt(0, tasks(3, 'acquire handle')))]);
    first.close();
    const again = open({ file });
    again.addProfiles([messageOf('shop', tasksAt(10, tasks(5, 'acquire handle')))]);
    assert.deepEqual([count(again, 'stack'), count(again, 'profile')], [2, 2]);
    assert.equal(flameOf(again.database, selectionOf(new URLSearchParams()))?.total, 4);
  });

  it('refuses a file that is none of its own', () => {
    const file = join(folder, 'other.db');
    writeFileSync(file, 'not a database at all, but a text that is long enough to look like something');
    assert.throws(() => open({ file }), StoreFileError);
    const other = join(folder, 'foreign.db');
    const store = new Store({ ...NO_LIMITS, file: other });
    store.database.exec('pragma user_version = 99');
    store.close();
    assert.throws(() => open({ file: other }), /it is of version 99/);
  });

  it('takes 100,000 stacks in one profile', () => {
    const store = open();
    const samples = Array.from({ length: 100_000 }, (_, n) => tasks(1, `leaf${n} middle${n % 300} main`));
    store.addProfiles([messageOf('shop', tasksAt(0, ...samples))]);
    const flame = flameOf(store.database, selectionOf(new URLSearchParams()))!;
    assert.deepEqual([flame.total, flame.stacks], [100_000, 100_000]);
    assert.ok(flame.hidden >= 95_000);
    assert.ok(JSON.stringify(flame).length < 2e6);
  });

  it('does not let references make gigabytes of a small message', () => {
    const store = open();
    const name = 'x'.repeat(1_000_000);
    const samples = Array.from({ length: 2_000 }, (_, n) => ({
      ...tasks(1, 'a'),
      stack: [{ ...frame(name), line: n }],
      attributes: { [name]: `${n}${name}` },
    }));
    store.addProfiles([messageOf('shop', tasksAt(0, ...samples))]);
    assert.ok(store.usedBytes < 20e6, String(store.usedBytes));
    const deep = Array.from({ length: 400 }, () => frame('deep'));
    const wide = Array.from({ length: 20_000 }, (_, n) => ({
      ...tasks(1, 'a'),
      stack: [frame(`leaf${n}`), ...deep, frame(`root${n}`)],
    }));
    assert.throws(
      () => store.addProfiles([messageOf('shop', tasksAt(0, ...wide))]),
      /the message would fill more than/,
    );
    assert.equal(count(store, 'profile'), 1);
  });

  it('counts profiles without samples, and their attributes, to what a message adds', () => {
    const store = open();
    const empty = { ...tasksAt(0), attributes: { note: 'x'.repeat(4_000) } };
    const profiles = Array.from({ length: 200_000 }, () => empty);
    assert.throws(() => store.addProfiles([{ ...messageOf('shop'), profiles }]), TooMuchError);
    assert.equal(count(store, 'profile'), 0);
  });

  it('cuts a stack by its frames, inlined ones as well', () => {
    const store = open();
    const location = (n: number): StackEntry => ({
      lines: Array.from({ length: 400 }, (_, line) => ({ ...frame(`f${n}`), line, systemName: '', startLine: 0 })),
      address: 0n,
      attributes: {},
    });
    store.addProfiles([messageOf('shop', tasksAt(0, { ...tasks(1, 'a'), stack: [0, 1, 2].map(location) }))]);
    assert.equal(count(store, 'stack'), 512 + 1);
    const { function: outermost } = store.database
      .prepare('select function from stack join frame on frame.id = stack.frame where parent = 0')
      .get()!;
    assert.equal(outermost, '(688 callers left out)');
  });

  it('tells resources apart whose attributes are alike as texts', () => {
    const store = open();
    for (const name of ['shop', ['shop'], 'shop']) {
      const message = {
        ...messageOf('', tasksAt(0, tasks(1, 'a'))),
        resource: { attributes: { 'service.name': name } },
      };
      store.addProfiles([message]);
    }
    const rows = store.database.prepare('select service from resource order by id').all();
    assert.deepEqual(
      rows.map(({ service }) => service),
      ['shop', ''],
    );
  });

  it('tells what ended a transaction, where that is over already', () => {
    const store = open();
    store.database.exec(
      'create temp trigger fault before insert on sample begin select raise(rollback, "disk is full"); end',
    );
    assert.throws(() => store.addProfiles([messageOf('shop', tasksAt(0, tasks(1, 'a')))]), /disk is full/);
    store.database.exec('drop trigger fault');
    store.addProfiles([messageOf('shop', tasksAt(0, tasks(1, 'a')))]);
    assert.equal(count(store, 'profile'), 1);
  });

  it('makes files that nobody but their owner may read', function () {
    if (process.platform === 'win32') this.skip();
    const file = join(folder, 'private.db');
    const store = open({ file });
    store.addProfiles([messageOf('shop', tasksAt(0, tasks(1, 'a')))]);
    for (const end of ['', '-wal']) assert.equal(statSync(file + end).mode & 0o777, 0o600, end);
  });

  it('names a file that can not be made', () => {
    assert.throws(() => open({ file: join(folder, 'missing', 'new.db') }), StoreFileError);
  });
});
