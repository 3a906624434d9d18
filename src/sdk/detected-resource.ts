import { getStringListFromEnv } from '@opentelemetry/core';
import {
  type ResourceDetector,
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  osDetector,
  processDetector,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import type { SdkResource } from './resource.ts';

/** By the names that `OTEL_NODE_RESOURCE_DETECTORS` has for them, in the order in which the SDK asks them. */
const DETECTORS: Readonly<Record<string, ResourceDetector>> = {
  serviceinstance: serviceInstanceIdDetector,
  process: processDetector,
  host: hostDetector,
  os: osDetector,
  // The deprecated one on purpose: it is the one that the SDK's default has.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  env: envDetector,
};

/**
 * The resource of a process in which no SDK shows one: what the SDK would have found by default, from the environment
 * (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`), the host, the operating system and the process. Detectors that
 * `OTEL_NODE_RESOURCE_DETECTORS` names and that come in packages of their own (clouds, containers) are left out.
 */
export function detectResource(): SdkResource {
  const names = getStringListFromEnv('OTEL_NODE_RESOURCE_DETECTORS') ?? ['all'];
  const detectors = Object.entries(DETECTORS)
    .filter(([name]) => !names.includes('none') && (names.includes('all') || names.includes(name)))
    .map(([, detector]) => detector);
  return defaultResource().merge(detectResources({ detectors }));
}
