import { setTimeout as sleep } from 'node:timers/promises';
import type { AttributeValue, Attributes } from '../profile/model.ts';
import type { SdkProvider } from './providers.ts';

/** The part of the SDK's `Resource` (SDK 1 to 3) that is read. */
export interface SdkResource {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Whether detectors still work on some attributes; reading `attributes` meanwhile makes the SDK log an error. */
  readonly asyncAttributesPending?: boolean;
  waitForAsyncAttributes?(): Promise<void>;
  getRawAttributes?(): readonly (readonly [string, unknown])[];
}

/**
 * The resource that a provider of the SDK puts on what it exports; undefined where it does not show one. The field is public
 * in SDK 1 only; a span would have it in public, but one started just to look at it would reach the application's span
 * processors, and a sampler may refuse it.
 */
export function resourceOf(provider: SdkProvider): SdkResource | undefined {
  const { resource, _resource, _sharedState } = provider as {
    resource?: unknown;
    _resource?: unknown;
    _sharedState?: { resource?: unknown };
  };
  return [resource, _resource, _sharedState?.resource].find(isResource);
}

function isResource(candidate: unknown): candidate is SdkResource {
  return typeof candidate === 'object' && candidate !== null && 'attributes' in candidate;
}

/**
 * The attributes once the detectors are done; after `timeoutMillis` those that are known by then.
 */
export async function settledAttributes(resource: SdkResource, timeoutMillis: number): Promise<Attributes> {
  if (resource.asyncAttributesPending && resource.waitForAsyncAttributes) {
    const timeout = new AbortController();
    await Promise.race([
      resource.waitForAsyncAttributes().catch(() => undefined),
      sleep(timeoutMillis, undefined, { signal: timeout.signal }).catch(() => undefined),
    ]);
    timeout.abort();
  }
  if (!resource.asyncAttributesPending) return attributesFrom(Object.entries(resource.attributes));
  return attributesFrom(resource.getRawAttributes?.() ?? []);
}

/** Of equal keys the first counts, as in the SDK. What is still a promise, or no attribute value at all, is left out. */
function attributesFrom(entries: Iterable<readonly [string, unknown]>): Attributes {
  const attributes: Record<string, AttributeValue> = {};
  for (const [key, given] of entries) {
    const value = attributeValueOf(given);
    if (value !== undefined && !Object.hasOwn(attributes, key)) attributes[key] = value;
  }
  return attributes;
}

/** Profiles carry arrays of strings and of numbers; the SDK also knows holes and booleans in them. */
function attributeValueOf(value: unknown): AttributeValue | undefined {
  if (Array.isArray(value)) return arrayOf(value.filter((element) => element !== null && element !== undefined));
  return isScalar(value) ? value : undefined;
}

function arrayOf(elements: readonly unknown[]): readonly string[] | readonly number[] {
  return elements.every((element) => typeof element === 'number') ? elements : elements.filter(isScalar).map(String);
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
