import { InvalidOtlpError } from '../encode/invalid-otlp.ts';
import { otlpToProfiles } from '../encode/otlp-import.ts';
import { otlpJsonToProfiles } from '../encode/otlp-json-import.ts';
import { otlpToProfilesQuickly } from '../encode/otlp-quick-import.ts';
import { otlpJsonToSpans, otlpToSpans } from '../encode/otlp-traces-import.ts';
import type { ProfilesData } from '../profile/model.ts';
import { TooMuchError } from './limits.ts';
import type { Store } from './store.ts';

export type Signal = 'traces' | 'profiles';
export type Encoding = 'protobuf' | 'json';

/** Sees what was received, after it is in the store. */
export type OnReceived = (signal: Signal, encoding: Encoding, message: Uint8Array) => void;

/** Puts messages into the store. */
export class Intake {
  readonly #store: Store;
  readonly #onReceived: OnReceived | undefined;

  constructor(store: Store, onReceived?: OnReceived) {
    this.#store = store;
    this.#onReceived = onReceived;
  }

  /** Takes an uncompressed OTLP message, or throws: for one that is none or too much see {@link isRefusal}. */
  take(signal: Signal, encoding: Encoding, message: Uint8Array): void {
    // In protobuf that is a request without content.
    if (encoding === 'protobuf' && message.length === 0) return;
    if (signal === 'traces') {
      this.#store.addSpans(encoding === 'json' ? otlpJsonToSpans(message) : otlpToSpans(message));
    } else {
      this.#store.addProfiles(encoding === 'json' ? otlpJsonToProfiles(message).messages : profilesOf(message));
    }
    this.#onReceived?.(signal, encoding, message);
  }
}

function profilesOf(message: Uint8Array): readonly ProfilesData[] {
  return otlpToProfilesQuickly(message) ?? otlpToProfiles(message).messages;
}

/** Whether sending the message again would not help. */
export function isRefusal(thrown: unknown): thrown is Error {
  return thrown instanceof InvalidOtlpError || thrown instanceof TooMuchError;
}
