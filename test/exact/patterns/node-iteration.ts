import { Readable } from 'node:stream';
import { types } from 'node:util';
import type { Pattern } from '../../support/patterns.ts';

// Up to Node 24 a readable stream's iterator is an async generator, which is called; later it makes promises of its own.
export const streamsGenerate = types.isGeneratorObject(new Readable()[Symbol.asyncIterator]());

/** The async iterators of Node's own modules. */
export const nodeIteration: readonly Pattern[] = [
  {
    name: 'events.on',
    source: `
const { EventEmitter, on } = process.getBuiltinModule('node:events');
async function consume(emitter, b) {
  for await (const [value] of on(emitter, 'value')) {
    if (value === 1) break;
  }
  await b;
}
function start(a, b) {
  const emitter = new EventEmitter();
  a.then(() => emitter.emit('value', 1));
  return consume(emitter, b);
}`,
    parked: [{ at: 'consume', tasks: 1, operation: ['node:events next'], line: 'for await' }],
    resumed: [{ at: 'consume', tasks: 1, operation: [], line: 'await b' }],
  },
  {
    name: 'events.once',
    source: `
const { EventEmitter, once } = process.getBuiltinModule('node:events');
async function wait(emitter, b) {
  await once(emitter, 'value');
  await b;
}
function start(a, b) {
  const emitter = new EventEmitter();
  a.then(() => emitter.emit('value', 1));
  return wait(emitter, b);
}`,
    parked: [{ at: 'wait', tasks: 1, operation: ['node:events once'], line: 'await once' }],
    resumed: [{ at: 'wait', tasks: 1, operation: [], line: 'await b' }],
  },
  {
    name: 'a readable stream',
    count: 200,
    source: `
const { Readable } = process.getBuiltinModule('node:stream');
async function consume(stream, b) {
  for await (const chunk of stream) void chunk;
  await b;
}
function start(a, b) {
  const stream = new Readable({ read() {} });
  a.then(() => stream.push('x')).then(() => stream.push(null));
  return consume(stream, b);
}`,
    parked: streamsGenerate
      ? [{ at: 'createAsyncIterator', tasks: 1, callers: ['consume'] }]
      : [{ at: 'consume', tasks: 1, operation: ['streams next'], line: 'for await' }],
    resumed: [{ at: 'consume', tasks: 1, operation: [], line: 'await b' }],
  },
  {
    name: 'a web stream',
    count: 200,
    source: `
async function consume(reader, b) {
  await reader.read();
  await b;
}
function start(a, b) {
  const stream = new ReadableStream({ start: (controller) => void a.then(() => controller.enqueue('x')) });
  return consume(stream.getReader(), b);
}`,
    parked: [{ at: 'consume', tasks: 1, line: 'reader.read' }],
    resumed: [{ at: 'consume', tasks: 1, operation: [], line: 'await b' }],
  },
];
