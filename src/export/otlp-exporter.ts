import { runAsOwn } from '../base/own-context.ts';
import { type OtlpExporterConfig, otlpExporterConfig } from '../config/otlp-exporter.ts';
import type { OtlpExporterOptions } from '../config/otlp-options.ts';
import { splitProfilesData, withoutSamples } from '../profile/split.ts';
import type { ProfilesData } from '../profile/model.ts';
import { Deadline } from './deadline.ts';
import type { ExportCounts } from './export-counts.ts';
import { ExportLog } from './export-log.ts';
import type { ExportOptions, ExportOutcome, ProfileExporter } from './exporter.ts';
import { DropFailure, ExportFailure, toFailure } from './failure.ts';
import { OtlpGrpcTransport } from './otlp-grpc-transport.ts';
import { OtlpHttpTransport } from './otlp-http-transport.ts';
import { type OtlpFormat, otlpFormat } from './otlp-format.ts';
import type { OtlpTransport } from './otlp-transport.ts';
import { withRetries } from './retry.ts';

/**
 * Sends profiles over OTLP: HTTP with protobuf or JSON, or gRPC. Failures are outcomes, counted and told through `diag` when
 * they come up and end, not each; nothing is kept for later, so at most `concurrencyLimit` requests are held.
 */
export class OtlpProfileExporter implements ProfileExporter {
  /** Where the profiles go. */
  readonly url: string;
  readonly #config: OtlpExporterConfig;
  readonly #log: ExportLog;
  readonly #format: OtlpFormat;
  readonly #transport: OtlpTransport;
  readonly #underWay = new Set<Promise<ExportOutcome>>();
  #isShutDown = false;

  /** Throws an `InvalidOptionError` for a bad option; a bad environment value is warned of and the default used. */
  constructor(options: OtlpExporterOptions = {}) {
    const config = otlpExporterConfig(options);
    this.url = config.url;
    this.#config = config;
    this.#log = new ExportLog(withoutSecrets(config.url));
    this.#format = otlpFormat(config.protocol);
    this.#transport = config.protocol === 'grpc' ? new OtlpGrpcTransport(config) : new OtlpHttpTransport(config);
  }

  /** What became of the exports so far. */
  get counts(): ExportCounts {
    return this.#log.counts;
  }

  /**
   * Resolves within the timeout, or when `signal` is aborted; never rejects. What is too large for one request is sent as several,
   * one after the other.
   */
  export(data: ProfilesData, { signal }: ExportOptions = {}): Promise<ExportOutcome> {
    if (this.#isShutDown) return Promise.resolve(this.#lose(new DropFailure('shutdown', 'the exporter is shut down')));
    if (this.#underWay.size >= this.#config.concurrencyLimit) {
      const reason = `${this.#underWay.size} exports are under way already`;
      return Promise.resolve(this.#lose(new DropFailure('limit', reason)));
    }
    return this.#track(runAsOwn(() => this.#deliver([data], signal)));
  }

  /** Resolves when no export is under way. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Waits for the exports under way, each of which ends within the timeout; then closes the connections. Later exports are dropped. */
  async shutdown(): Promise<void> {
    this.#isShutDown = true;
    await this.forceFlush();
    this.#transport.close();
  }

  // A function of its own: what ends the tracking would hold the data together with it.
  #track(delivery: Promise<ExportOutcome>): Promise<ExportOutcome> {
    const outcome = delivery.finally(() => this.#underWay.delete(outcome));
    this.#underWay.add(outcome);
    return outcome;
  }

  /** Sends the parts of one export and takes each off the stack, so that it is not held longer than it has to be. */
  async #deliver(parts: ProfilesData[], signal: AbortSignal | undefined): Promise<ExportOutcome> {
    const deadline = new Deadline(this.#config.timeoutMillis, signal);
    let firstFailure: ExportOutcome | undefined;
    while (parts.length > 0) {
      try {
        const request = await this.#nextRequest(parts.pop()!, parts, deadline);
        if (request !== undefined) await this.#send(request, deadline);
      } catch (thrown) {
        const failure = this.#lose(toFailure(thrown));
        firstFailure ??= failure;
      }
    }
    deadline.clear();
    return firstFailure ?? { status: 'success' };
  }

  /** undefined where the part is too large: its halves are among `parts` then. */
  async #nextRequest(part: ProfilesData, parts: ProfilesData[], deadline: Deadline): Promise<Uint8Array | undefined> {
    this.#checkTime(deadline);
    const request = await this.#format.encode(part);
    if (request.length <= this.#config.maxRequestBytes) return request;
    const halves = await this.#halves(part, request.length);
    parts.push(...halves.toReversed());
    return undefined;
  }

  async #halves(part: ProfilesData, bytes: number): Promise<readonly ProfilesData[]> {
    const { maxRequestBytes } = this.#config;
    const halves = splitProfilesData(part);
    const least = halves && (await this.#format.encode(withoutSamples(part)));
    if (halves && least && least.length <= maxRequestBytes) return halves;
    throw new DropFailure('size', `a request of ${bytes} bytes, where ${maxRequestBytes} are the most`);
  }

  async #send(request: Uint8Array, deadline: Deadline): Promise<void> {
    const packed = await this.#transport.pack(request);
    const attempt = await withRetries(
      () => this.#transport.send(packed, deadline),
      deadline,
      () => this.#log.retried(),
    );
    this.#checkTime(deadline);
    if (attempt.status !== 'success') throw attempt.failure;
    this.#log.sent();
    this.#readAnswer(attempt.answer);
  }

  #checkTime(deadline: Deadline): void {
    if (!deadline.signal.aborted) return;
    if (deadline.isUnwanted) throw new DropFailure('shutdown', 'the profiler was stopped');
    throw new ExportFailure('timeout', `no complete answer within ${this.#config.timeoutMillis} ms`);
  }

  #lose(error: ExportFailure): ExportOutcome {
    if (error instanceof DropFailure) this.#log.dropped(error);
    else this.#log.failed(error);
    return { status: 'failure', error };
  }

  #readAnswer(answer: Uint8Array | undefined): void {
    try {
      if (answer === undefined) throw new RangeError('the answer was cut');
      const partialSuccess = this.#format.decodeAnswer(answer);
      if (partialSuccess) this.#log.partiallyAccepted(partialSuccess.rejectedProfiles, partialSuccess.errorMessage);
    } catch {
      this.#log.unreadableAnswer();
    }
  }
}

// User names, passwords and queries may be credentials.
function withoutSecrets(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
