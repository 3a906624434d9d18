import type { Agent } from 'node:http';
import { ExportResultCode } from '@opentelemetry/core';
import { createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import { toError } from '../base/errors.ts';
import { runAsOwn } from '../base/own-context.ts';
import type { OtlpHttpExporterConfig } from '../config/otlp-exporter.ts';
import type { ExportOutcome } from './exporter.ts';

type ExportDelegate = ReturnType<typeof createOtlpHttpExportDelegate<Uint8Array, object>>;

/**
 * Sends encoded requests, one at a time, with OpenTelemetry's own HTTP transport, whose retries it keeps: on refused and lost connections
 * and on 429, 502, 503 and 504, with `Retry-After`, all within the timeout. The one file that knows that package's inside,
 * which is marked as internal.
 */
export class OtlpHttpTransport {
  readonly #timeoutMillis: number;
  readonly #delegate: ExportDelegate;
  #agent: Agent | undefined;

  /** `onAnswer` gets the body of every successful response. */
  constructor(config: OtlpHttpExporterConfig, onAnswer: (body: Uint8Array) => void) {
    this.#timeoutMillis = config.timeoutMillis;
    this.#delegate = createOtlpHttpExportDelegate<Uint8Array, object>(
      {
        ...config,
        agentFactory: async (protocol) => (this.#agent = await config.agentFactory(protocol)),
        // The limit is the exporter's, which looks at it before it encodes. The package frees its place a little later.
        concurrencyLimit: Infinity,
      },
      {
        serializeRequest: (request) => request,
        deserializeResponse: (body) => {
          onAnswer(body);
          // Without `partialSuccess`, or the package would log one for every export.
          return {};
        },
      },
      'otlp_http_profile_exporter',
      // Its metrics have no profiles yet; without a meter provider they go nowhere.
      { name: 'profile' as 'span', countItems: () => 1 },
      undefined,
    );
  }

  /** Resolves with the outcome within the timeout; never rejects. */
  send(request: Uint8Array): Promise<ExportOutcome> {
    return new Promise((resolve) => {
      const fail = (error: Error): void => resolve({ status: 'failure', error });
      const deadline = setTimeout(() => {
        fail(new ExportTimeoutError(this.#timeoutMillis));
        // The package's own timeout is one of silence: a receiver that sends a byte now and then would hold the request
        // for ever.
        this.#agent?.destroy();
      }, this.#timeoutMillis).unref();
      try {
        runAsOwn(() =>
          this.#delegate.export(request, (result) => {
            clearTimeout(deadline);
            if (result.code === ExportResultCode.SUCCESS) resolve({ status: 'success' });
            else fail(result.error ?? new Error('the export failed'));
          }),
        );
      } catch (thrown) {
        clearTimeout(deadline);
        fail(toError(thrown));
      }
    });
  }

  /** Closes the connections. */
  close(): void {
    this.#agent?.destroy();
  }
}

/** The receiver did not answer in time. */
export class ExportTimeoutError extends Error {
  override readonly name = 'ExportTimeoutError';
  readonly code = 'timeout';

  constructor(timeoutMillis: number) {
    super(`no complete answer within ${timeoutMillis} ms`);
  }
}
