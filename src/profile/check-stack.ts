import type { StackFrame } from '../base/types.ts';
import { checkAttributes } from './check-attributes.ts';
import { expect } from './invalid-profile.ts';
import { isLocation } from './location.ts';
import type { Line, Location, Mapping, StackEntry } from './model.ts';
import { isUint64 } from './whole-number.ts';

/** Throws an `InvalidProfileError` at the first thing in a stack that no encoder could write. */
export function checkStack(stack: readonly StackEntry[], where: string): void {
  for (const [index, entry] of stack.entries()) {
    if (isLocation(entry)) checkLocation(entry, `${where}: location ${index}`);
    else checkFrame(entry, `${where}: frame ${index}`);
  }
}

function checkFrame(frame: StackFrame, where: string): void {
  const { functionName, file, line, column, packageName = '', packageVersion = '' } = frame;
  checkText(functionName, `${where}: functionName`);
  checkText(file, `${where}: file`);
  checkPosition(line, `${where}: line`);
  checkPosition(column, `${where}: column`);
  checkText(packageName, `${where}: packageName`);
  checkText(packageVersion, `${where}: packageVersion`);
}

function checkLocation({ lines, address, mapping, attributes }: Location, where: string): void {
  for (const [index, line] of lines.entries()) checkLine(line, `${where}: line ${index}`);
  checkAddress(address, `${where}: address`);
  checkAttributes(attributes, `${where}: attributes`);
  if (mapping) checkMapping(mapping, `${where}: mapping`);
}

function checkLine(line: Line, where: string): void {
  checkFrame(line, where);
  checkText(line.systemName, `${where}: systemName`);
  checkPosition(line.startLine, `${where}: startLine`);
}

function checkMapping({ memoryStart, memoryLimit, fileOffset, file, attributes }: Mapping, where: string): void {
  checkAddress(memoryStart, `${where}: memoryStart`);
  checkAddress(memoryLimit, `${where}: memoryLimit`);
  checkAddress(fileOffset, `${where}: fileOffset`);
  checkText(file, `${where}: file`);
  checkAttributes(attributes, `${where}: attributes`);
}

function checkText(text: unknown, what: string): void {
  expect(typeof text === 'string', what, 'a string', text);
}

function checkPosition(position: number, what: string): void {
  expect(Number.isSafeInteger(position) && position >= 0, what, 'a whole number of at least 0', position);
}

function checkAddress(address: unknown, what: string): void {
  expect(isUint64(address), what, 'a bigint of at least 0 and below 2^64', address);
}
