import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { AnalyzeError } from '../../../../src/analyze/analyze-error.ts';
import { BatchBuilder } from '../../../../src/analyze/batch-builder.ts';
import { DuckDbStore } from '../../../../src/analyze/duckdb-store.ts';
import { MatchFinder } from '../../../../src/analyze/find-matches.ts';
import { debugHandlerConfig } from '../../../../src/config/debug-endpoint.ts';
import { checkPattern, framesMatching } from '../../../../src/debug/pattern.ts';
import { parseQuery, parseTimelineQuery } from '../../../../src/debug/query.ts';
import { RequestError } from '../../../../src/debug/request-error.ts';
import { answerOf } from '../../../../src/viewer/api.ts';
import { Store, StoreFileError } from '../../../../src/viewer/store.ts';
import { frame } from '../../../support/profiles-data.ts';
import { DATA, TRACES_JSON } from './seeds.ts';
import { bytes, Lazy, type Target, text } from './target.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { otlpJsonToSpans } from '../../../../src/encode/otlp-traces-import.ts';

const LIMITS = debugHandlerConfig();
const NO_LIMITS = { maxAgeMillis: Infinity, maxBytes: Infinity };
const FRAMES = ['BoundPool.connect', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa!', 'query'].map((name) => frame(name));
/** Some patterns take all of it. */
const PATTERN_MILLIS = 2;

const store = new Lazy(
  () => {
    const filled = new Store(NO_LIMITS);
    filled.addProfiles([DATA]);
    filled.addSpans(otlpJsonToSpans(TRACES_JSON));
    return filled;
  },
  (filled) => filled.close(),
);

const fleet = new Lazy(
  async () => {
    const duckDb = await DuckDbStore.open();
    const builder = new BatchBuilder({ measure: 'tasks', resource: [] });
    builder.add(DATA, { file: 'a.pb', part: '' });
    duckDb.add(builder.take());
    await duckDb.finish();
    return duckDb;
  },
  (duckDb) => duckDb.close(),
);

const folder = new Lazy(temporaryFolder, (path) => rmSync(path, { recursive: true }));

/** What is asked: of the debug endpoint, of the viewer, of many files. */
export const questions: readonly Target[] = [
  {
    name: 'questions to the debug endpoint',
    seeds: [
      'debug=1&label=tenant=acme&matching=Pool%5C.connect&maxTasks=10',
      'seconds=10&format=folded&sampleType=wait&minWaitMillis=50&traceId=0af7651916cd43dd8448eb211c80319c',
      'timeline=100&seconds=10&format=trace&label=a=b',
    ].map(bytes),
    take(input) {
      const parameters = new URLSearchParams(text(input));
      if (parseTimelineQuery(parameters, LIMITS) === undefined) parseQuery(parameters, LIMITS);
    },
    refusals: [RequestError],
  },
  {
    name: 'patterns of the debug endpoint',
    seeds: ['Pool\\.connect', '^(a+)+$', '(?<name>x{2,3}|\\p{L}*?)[^a-z]\\1', '(?=a)(?!b).{0,20}'].map(bytes),
    take: async (input) => {
      if (checkPattern(text(input)) === undefined) await framesMatching(FRAMES, text(input), PATTERN_MILLIS);
    },
    refusals: [RequestError],
    cost: 3,
  },
  {
    name: 'questions to the viewer',
    seeds: [
      ...['flame?type=tasks&from=0&to=1790000010000000&service=test', 'trace?id=0af7651916cd43dd8448eb211c80319c'],
      ...['tasks?function=query&label=tier=gold', 'flame?other.from=0&other.to=5&type=tasks', 'overview?'],
      ...['timeline?type=wait', 'traces?order=duration', 'timelines?'],
    ].map((question) => bytes(`/api/${question}`)),
    take(input) {
      const [path = '', query = ''] = text(input).split('?', 2);
      answerOf(store.get(), path, new URLSearchParams(query), { receivers: [], maxBytes: 1 });
    },
    refusals: [RequestError],
    close: store.close,
  },
  {
    name: 'databases of the viewer',
    get seeds() {
      return [databaseBytes()];
    },
    take(input) {
      const file = `${folder.get()}/taken.db`;
      for (const beside of ['-wal', '-shm']) rmSync(file + beside, { force: true });
      writeFileSync(file, input);
      new Store({ ...NO_LIMITS, file }).close();
    },
    refusals: [StoreFileError],
    cost: 20,
    close: folder.close,
  },
  {
    name: 'patterns of taskprof grep',
    seeds: ['query|handle\ntier', 'pool\\.js\nservice.name\nsize', '(?i)^a.*\\pL{2,5}$\n'].map(bytes),
    take: async (input) => {
      const [pattern = '', ...keys] = text(input).split('\n');
      const finder = new MatchFinder(await fleet.get(), pattern);
      await finder.totals();
      await finder.byGroup(keys.slice(0, 3), 1_000_000_000n);
    },
    refusals: [AnalyzeError],
    cost: 20,
    close: fleet.close,
  },
];

function databaseBytes(): Uint8Array {
  const path = temporaryFolder();
  try {
    const written = new Store({ ...NO_LIMITS, file: `${path}/seed.db` });
    written.addProfiles([DATA]);
    written.close();
    return readFileSync(`${path}/seed.db`);
  } finally {
    rmSync(path, { recursive: true });
  }
}
