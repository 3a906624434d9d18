import type { Attributes } from '../profile/model.ts';
import { detectResource } from './detected-resource.ts';
import { findSdkProvider } from './providers.ts';
import { resourceOf, settledAttributes } from './resource.ts';

const TIMEOUT_MILLIS = 1_000;

/** What the application's SDK says about this process now; without an SDK, what its default detectors would say. */
export function processResource(): Promise<Attributes> {
  const found = findSdkProvider(new Map());
  return settledAttributes((found && resourceOf(found.provider)) ?? detectResource(), TIMEOUT_MILLIS);
}
