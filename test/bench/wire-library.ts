// Which library writes the protobuf wire format faster: `@bufbuild/protobuf`'s wire module or `pbf`? Both write the same
// message from the same tables: 1,024 samples of 30 frames, each with two attributes and a link.
import assert from 'node:assert/strict';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { PbfWriter } from 'pbf';
import { Dictionary, type LineRow, type LocationRow } from '../../src/encode/dictionary.ts';
import type { StackFrame } from '../../src/base/types.ts';
import type { Report } from './report.ts';

const SAMPLES = 1024;
const FRAMES = 30;
const ROUNDS = 200;
const utf8 = new TextEncoder();

interface SampleRow {
  readonly stackIndex: number;
  readonly attributeIndices: readonly number[];
  readonly linkIndex: number;
  readonly value: number;
}

interface Message {
  readonly dictionary: Dictionary;
  readonly samples: readonly SampleRow[];
}

function makeMessage(): Message {
  const dictionary = new Dictionary();
  const frames: StackFrame[] = Array.from({ length: 400 }, (_, index) => ({
    functionName: `handler${index % 90}`,
    file: `file:///srv/app/src/routes/module-${index % 40}.js`,
    line: 1 + index,
    column: 1 + (index % 60),
  }));
  const samples = Array.from({ length: SAMPLES }, (_, sample) => ({
    stackIndex: dictionary.stackIndex(
      Array.from({ length: FRAMES }, (_, depth) => frames[(sample * 7 + depth * 13) % frames.length]!).with(
        0,
        frames[sample % 97]!,
      ),
    ),
    attributeIndices: dictionary.attributeIndices({
      'http.route': `/orders/${sample % 50}`,
      'tenant.size': sample % 5,
    }),
    linkIndex: dictionary.linkIndex({
      traceId: sample.toString(16).padStart(32, '1'),
      spanId: sample.toString(16).padStart(16, '2'),
    }),
    value: sample * 1_234_567_890,
  }));
  return { dictionary, samples };
}

function writeWithBufbuild({ dictionary, samples }: Message): Uint8Array {
  const writer = new BinaryWriter();
  const packed = (field: number, indices: readonly number[]): void => {
    if (indices.length === 0) return;
    writer.tag(field, WireType.LengthDelimited).fork();
    for (const index of indices) writer.int32(index);
    writer.join();
  };
  for (const { stackIndex, attributeIndices, linkIndex, value } of samples) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).int32(stackIndex);
    packed(2, attributeIndices);
    writer.tag(3, WireType.Varint).int32(linkIndex);
    writer.tag(4, WireType.LengthDelimited).fork().int64(value).join();
    writer.join();
  }
  for (const { lines, attributeIndices } of dictionary.locations) {
    writer.tag(2, WireType.LengthDelimited).fork();
    for (const { functionIndex, line, column } of lines) {
      writer.tag(3, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.Varint).int32(functionIndex);
      writer.tag(2, WireType.Varint).int64(line);
      writer.tag(3, WireType.Varint).int64(column);
      writer.join();
    }
    packed(4, attributeIndices);
    writer.join();
  }
  for (const { nameStrindex, filenameStrindex } of dictionary.functions) {
    writer.tag(3, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).int32(nameStrindex);
    writer.tag(3, WireType.Varint).int32(filenameStrindex);
    writer.join();
  }
  for (const link of dictionary.links) {
    writer.tag(4, WireType.LengthDelimited).fork();
    if (link) {
      writer.tag(1, WireType.LengthDelimited).bytes(Buffer.from(link.traceId, 'hex'));
      writer.tag(2, WireType.LengthDelimited).bytes(Buffer.from(link.spanId, 'hex'));
    }
    writer.join();
  }
  for (const text of dictionary.strings) writer.tag(5, WireType.LengthDelimited).string(text);
  for (const stack of dictionary.stacks) {
    writer.tag(7, WireType.LengthDelimited).fork();
    packed(1, stack);
    writer.join();
  }
  return writer.finish();
}

function writeWithPbf({ dictionary, samples }: Message): Uint8Array {
  const writer = new PbfWriter();
  for (const sample of samples) writer.writeMessage(1, writePbfSample, sample);
  for (const location of dictionary.locations) writer.writeMessage(2, writePbfLocation, location);
  for (const { nameStrindex, filenameStrindex } of dictionary.functions) {
    writer.writeMessage(
      3,
      () => {
        writer.writeVarintField(1, nameStrindex);
        writer.writeVarintField(3, filenameStrindex);
      },
      undefined,
    );
  }
  for (const link of dictionary.links) {
    writer.writeMessage(
      4,
      () => {
        if (!link) return;
        writer.writeBytesField(1, Buffer.from(link.traceId, 'hex'));
        writer.writeBytesField(2, Buffer.from(link.spanId, 'hex'));
      },
      undefined,
    );
  }
  // As the encoder does it: the library's own function for strings corrupts characters from U+20000 on.
  for (const text of dictionary.strings) writer.writeBytesField(5, utf8.encode(text));
  for (const stack of dictionary.stacks) writer.writeMessage(7, writePbfStack, stack);
  return writer.finish();
}

function writePbfSample({ stackIndex, attributeIndices, linkIndex, value }: SampleRow, writer: PbfWriter): void {
  writer.writeVarintField(1, stackIndex);
  writer.writePackedVarint(2, attributeIndices as number[]);
  writer.writeVarintField(3, linkIndex);
  writer.writePackedVarint(4, [value]);
}

function writePbfLocation(location: LocationRow, writer: PbfWriter): void {
  for (const line of location.lines) writer.writeMessage(3, writePbfLine, line);
  writer.writePackedVarint(4, location.attributeIndices as number[]);
}

function writePbfLine({ functionIndex, line, column }: LineRow, writer: PbfWriter): void {
  writer.writeVarintField(1, functionIndex);
  writer.writeVarintField(2, line);
  writer.writeVarintField(3, column);
}

function writePbfStack(stack: readonly number[], writer: PbfWriter): void {
  writer.writePackedVarint(1, stack as number[]);
}

/** Reports how long each library takes, after a check that both write the same bytes. */
export function wireLibrary(report: Report): void {
  const message = makeMessage();
  const writers = { '@bufbuild/protobuf': writeWithBufbuild, pbf: writeWithPbf };
  assert.deepEqual(Buffer.from(writeWithPbf(message)), Buffer.from(writeWithBufbuild(message)));
  const times: Record<string, number[]> = { '@bufbuild/protobuf': [], pbf: [] };
  // Taking turns spreads what else the machine does over both.
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, write] of Object.entries(writers)) {
      const start = performance.now();
      write(message);
      times[name]!.push(performance.now() - start);
    }
  }
  const size = writeWithPbf(message).length.toLocaleString('en');
  report.section(
    `Writing the wire format (wire-library): ${SAMPLES.toLocaleString('en')} samples of ${FRAMES} frames, ${size} bytes`,
  );
  for (const [name, millis] of Object.entries(times)) {
    report.value(name, millis, 'ms');
    report.value(`${name}, the second ever`, millis.slice(0, 1), 'ms');
  }
}
