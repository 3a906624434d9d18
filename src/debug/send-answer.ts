import type { ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import { guarded, tellFault } from '../base/faults.ts';
import type { AnswerHead } from './answers.ts';
import { RequestError } from './request-error.ts';

const FAULT = 'an answer of the debug endpoint met an error';

/** A client that takes longer to take an answer is cut off. */
const DELIVERY_MILLIS = 30_000;

/** It is of a moment, and of a process that somebody looks into: nobody should keep it or take it for a page. */
const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const;

/** Resolves once the client has it, or is gone. */
export async function send(response: ServerResponse, answer: AnswerHead, pieces: readonly Uint8Array[]): Promise<void> {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  response.writeHead(200, { ...headersOf(answer), 'Content-Length': length });
  for (const piece of pieces) response.write(piece);
  response.end();
  const cutOff = guarded(FAULT, () => response.destroy());
  const timer = setTimeout(cutOff, DELIVERY_MILLIS).unref();
  // With the error or without: that the client is gone is an end as well.
  await new Promise<unknown>((resolve) => finished(response, resolve));
  clearTimeout(timer);
}

export function sendHead(response: ServerResponse, answer: AnswerHead): void {
  response.writeHead(200, headersOf(answer)).end();
}

/** What a request may know of why it failed; nothing where the client is gone. Never throws. */
export function sendFailure(response: ServerResponse, thrown: unknown): void {
  try {
    tryToSendFailure(response, thrown);
  } catch (fault) {
    tellFault(FAULT, fault);
    response.destroy();
  }
}

function tryToSendFailure(response: ServerResponse, thrown: unknown): void {
  if (response.closed) return;
  const isExpected = thrown instanceof RequestError;
  if (!isExpected) tellFault('the debug endpoint failed', thrown);
  if (response.headersSent) return;
  const { status, message, headers } = isExpected
    ? thrown
    : { status: 500, message: 'the profiler failed; the log of OpenTelemetry (diag) has the reason', headers: {} };
  const body = Buffer.from(`${message}\n`);
  const type = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': body.length };
  response.writeHead(status, { ...HEADERS, ...type, ...headers }).end(body);
}

function headersOf({ contentType, fileName }: AnswerHead): Record<string, string> {
  return {
    ...HEADERS,
    'Content-Type': contentType,
    ...(fileName !== undefined && { 'Content-Disposition': `attachment; filename="${fileName}"` }),
  };
}
