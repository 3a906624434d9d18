import type { Attributes } from '../profile/model.ts';
import { findSdkProvider } from './providers.ts';
import { resourceOf, settledAttributes } from './resource.ts';

const TIMEOUT_MILLIS = 1_000;

/** What the application's SDK says about this process now; without an SDK, what its default detectors would say. */
export async function processResource(): Promise<Attributes> {
  const found = findSdkProvider(new Map());
  const resource = found && resourceOf(found.provider);
  return settledAttributes(resource ?? (await import('./detected-resource.ts')).detectResource(), TIMEOUT_MILLIS);
}
