import { createHmac, randomBytes } from 'node:crypto';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

const KEY = 'otel-taskprof anonymize key';

/** Texts whose hash is remembered: 200 bytes each. */
const MAX_REMEMBERED = 4_096;

/**
 * Replaces texts by keyed hashes (the first 48 bits of an HMAC with SHA-256), the same for the same text. Who does not have the key
 * can't find the text by trying, but sees which are equal.
 */
export class Anonymizer {
  #key: string | undefined;
  readonly #known = new Map<string, string>();

  /** Without a key a random one of this process: hashes of other processes, and of the next run, are others. */
  constructor(key: string | undefined) {
    this.#key = key;
  }

  /** Makes the key, if there is none: threads that start later get the same. */
  prepare(): void {
    this.#key ??= processKey();
  }

  /** `~1f3a9c0b7d42`. `kind`: equal texts of two kinds have nothing in common. 3 us for a new text. */
  hash(kind: string, text: string): string {
    const input = `${kind}\0${text}`;
    let hash = this.#known.get(input);
    if (hash === undefined) {
      hash = `~${createHmac('sha256', (this.#key ??= processKey()))
        .update(input)
        .digest('hex')
        .slice(0, 12)}`;
      if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
      this.#known.set(input, hash);
    }
    return hash;
  }
}

/** One for all threads: workers that start later get that of the main thread. */
function processKey(): string {
  const known: unknown = getEnvironmentData(KEY);
  if (typeof known === 'string') return known;
  const key = randomBytes(32).toString('hex');
  if (isMainThread) setEnvironmentData(KEY, key);
  return key;
}
