import {
  type OtlpHttpExporterConfig,
  type OtlpHttpExporterOptions,
  otlpHttpExporterConfig,
} from '../config/otlp-exporter.ts';
import { toError } from '../base/errors.ts';
import { encodeOtlpProtobuf } from '../encode/otlp-protobuf.ts';
import { decodeOtlpResponse } from '../encode/otlp-response.ts';
import type { ProfilesData } from '../profile/model.ts';
import { type ExportCounts, ExportLog } from './export-log.ts';
import type { ExportOutcome, ProfileExporter } from './exporter.ts';
import { describeFailure } from './failure.ts';
import { OtlpHttpTransport } from './otlp-http-transport.ts';

// OTLP: a client must not send a request beyond this, before compression.
const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

/**
 * Sends profiles over OTLP/HTTP as protobuf. Failures are outcomes, counted and told through `diag` when they come up and
 * end, not each; nothing is kept for later, so at most `concurrencyLimit` requests are held.
 */
export class OtlpHttpProfileExporter implements ProfileExporter {
  /** Where the profiles go. */
  readonly url: string;
  readonly #config: OtlpHttpExporterConfig;
  readonly #log: ExportLog;
  // One for each export under way at the same time, so that one that is cut off takes no other with it.
  readonly #idleTransports: OtlpHttpTransport[] = [];
  readonly #underWay = new Set<Promise<ExportOutcome>>();
  #isShutDown = false;

  /** Throws an `InvalidOptionError` for a bad option; a bad environment value is warned of and the default used. */
  constructor(options: OtlpHttpExporterOptions = {}) {
    const config = otlpHttpExporterConfig(options);
    this.url = config.url;
    this.#config = config;
    this.#log = new ExportLog(withoutSecrets(config.url));
  }

  /** What became of the exports so far. */
  get counts(): ExportCounts {
    return this.#log.counts;
  }

  /** Resolves within the timeout; never rejects. */
  export(data: ProfilesData): Promise<ExportOutcome> {
    if (this.#isShutDown) return this.#drop('shutdown', 'the exporter is shut down');
    if (this.#underWay.size >= this.#config.concurrencyLimit) {
      return this.#drop('limit', `${this.#underWay.size} exports are under way already`);
    }
    let request: Uint8Array;
    try {
      request = encodeOtlpProtobuf(data);
    } catch (thrown) {
      return Promise.resolve(this.#failed(toError(thrown)));
    }
    if (request.length > MAX_REQUEST_BYTES) {
      return this.#drop('size', `a request of ${request.length} bytes, more than OTLP's ${MAX_REQUEST_BYTES}`);
    }
    return this.#send(request);
  }

  /** Resolves when no export is under way. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Waits for the exports under way, then closes the connections; later exports are dropped. */
  async shutdown(): Promise<void> {
    this.#isShutDown = true;
    await this.forceFlush();
    for (const transport of this.#idleTransports) transport.close();
  }

  #send(request: Uint8Array): Promise<ExportOutcome> {
    const transport = this.#idleTransports.pop() ?? this.#newTransport();
    const outcome = transport.send(request).then((result) => {
      this.#underWay.delete(outcome);
      this.#idleTransports.push(transport);
      if (result.status === 'failure') return this.#failed(result.error);
      this.#log.sent();
      return result;
    });
    this.#underWay.add(outcome);
    return outcome;
  }

  #newTransport(): OtlpHttpTransport {
    return new OtlpHttpTransport(this.#config, (body) => this.#readAnswer(body));
  }

  #failed(error: Error): ExportOutcome {
    const { kind, reason } = describeFailure(error);
    this.#log.failed(kind, reason);
    return { status: 'failure', error };
  }

  #drop(kind: string, reason: string): Promise<ExportOutcome> {
    this.#log.dropped(kind, reason);
    return Promise.resolve({ status: 'failure', error: new Error(`profiles dropped: ${reason}`) });
  }

  #readAnswer(body: Uint8Array): void {
    try {
      const partialSuccess = decodeOtlpResponse(body);
      if (partialSuccess) this.#log.partiallyAccepted(partialSuccess.rejectedProfiles, partialSuccess.errorMessage);
    } catch {
      this.#log.unreadableAnswer();
    }
  }
}

// User names, passwords and queries may be credentials.
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
