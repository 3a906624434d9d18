import { rmSync, writeFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { clickHouseAddress } from '../../../../src/cli/clickhouse-address.ts';
import { attachAddress } from '../../../../src/cli/attach-address.ts';
import { endpointAddress, isUrl } from '../../../../src/cli/endpoint-address.ts';
import { CommandError, UsageError } from '../../../../src/cli/failure.ts';
import { durationNanos, topShare } from '../../../../src/cli/fleet-options.ts';
import { messagesOf } from '../../../../src/cli/message-stream.ts';
import * as values from '../../../../src/cli/option-values.ts';
import { OUTPUT_FORMATS } from '../../../../src/cli/output-formats.ts';
import { readProfiles } from '../../../../src/cli/read-profile.ts';
import { readTelemetry } from '../../../../src/cli/read-telemetry.ts';
import { terminalText } from '../../../../src/cli/terminal-text.ts';
import { initialState, pressKey } from '../../../../src/cli/top-state.ts';
import { writeProfiles } from '../../../../src/cli/write-profiles.ts';
import { TIMELINE } from '../../../../src/profile/build-timeline.ts';
import type { ProfilesData } from '../../../../src/profile/model.ts';
import * as seeds from './seeds.ts';
import { attempt, bytes, Lazy, type Target, text } from './target.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = new Lazy(temporaryFolder, (path) => rmSync(path, { recursive: true }));
/** From here on files are read in pieces. */
const LARGE_BYTES = 64 * 1024 * 1024;

/** Each reader of a value says what is wrong with it. */
const READERS: readonly ((input: string) => unknown)[] = [
  ...[values.count, values.millis, values.seconds, values.label, values.traceId, values.regularExpression],
  ...[values.port, values.age, values.size, durationNanos, topShare, isUrl, endpointAddress],
  (input) => clickHouseAddress({ url: input, timeoutMillis: 1 }, {}),
  // Else it would look for a process.
  (input) => attachAddress(`${input} `),
];

/** What `taskprof` is given: files, values of options, keys. */
export const command: readonly Target[] = [
  {
    name: 'any file with profiles',
    seeds: [seeds.OTLP, seeds.OTLP_JSON, seeds.RAW_PPROF, seeds.FOLDED, seeds.SNAPSHOT, seeds.OTLP_JSON_LINES],
    take: (input) => readProfiles(input, 'input'),
    refusals: [CommandError],
  },
  {
    name: 'any file with telemetry',
    seeds: [seeds.OTLP, seeds.OTLP_JSON, seeds.TRACES_JSON, seeds.TRACES, seeds.OTLP_FRAMES],
    take: (input) => readTelemetry(input, 'input'),
    refusals: [CommandError],
  },
  {
    name: 'conversions',
    seeds: [seeds.OTLP, seeds.OTLP_JSON, seeds.RAW_PPROF, seeds.FOLDED, seeds.TIMELINE],
    take(input) {
      const { messages } = readProfiles(input, 'input');
      for (const format of OUTPUT_FORMATS) {
        const chosen = format === 'trace' ? messages.map(onlyTimelines) : messages;
        const { files } = writeProfiles(chosen, format, { positions: true });
        // Whatever we write we read.
        if (format === 'otlp') for (const file of files) readProfiles(file, 'output', format);
      }
    },
    refusals: [CommandError],
    cost: 3,
  },
  {
    name: 'files of many messages',
    seeds: [seeds.OTLP_FRAMES, seeds.OTLP_JSON_LINES, seeds.PPROF],
    async take(input) {
      const path = `${folder.get()}/file`;
      writeFileSync(path, input);
      await Array.fromAsync(messagesOf(path, LARGE_BYTES));
      await Array.fromAsync(messagesOf(path, input.length));
    },
    refusals: [CommandError],
    cost: 10,
    close: folder.close,
  },
  {
    name: 'values of options',
    seeds: ['10', '1.5', '30m', '512MiB', '5%', 'a=b', '0af7651916cd43dd8448eb211c80319c', '(a+)+$']
      .concat(['http://user:pass%20word@host:8123/db?database=a', 'localhost:9464/debug', '[::1]:80', '4711'])
      .map(bytes),
    take(input) {
      for (const read of READERS) attempt(() => read(text(input)), InvalidArgumentError, UsageError);
    },
    refusals: [],
  },
  {
    name: 'keys and texts of a terminal',
    seeds: ['s', '/ P o o l enter v', 'pagedown G up backspace', '\u001b[31mred \u202e'].map(bytes),
    take(input) {
      let state = initialState('tasks', 'tree', false);
      for (const key of text(input).split(' ')) ({ state } = pressKey(state, { name: key, sequence: key }, 20));
      if (/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(terminalText(text(input))))
        throw new TypeError('it moves the cursor');
      if ((state.typed?.length ?? 0) > 1_000) throw new TypeError('what is typed has no end');
    },
    refusals: [],
  },
];

function onlyTimelines(data: ProfilesData): ProfilesData {
  return { ...data, profiles: data.profiles.filter(({ sampleType }) => sampleType.type === TIMELINE.type) };
}
