import { diag } from '@opentelemetry/api';
import { toError } from '../base/errors.ts';
import { ResourceEngine, type ResourceEngineOptions } from './resource-engine.ts';

/** The profile of resources; undefined where it can't be had in this process. The profile of tasks does not depend on it. */
export function startResources(options: ResourceEngineOptions): ResourceEngine | undefined {
  try {
    return new ResourceEngine(options);
  } catch (thrown) {
    diag.error(`otel-taskprof: resources are not profiled: ${toError(thrown).message}`);
    return undefined;
  }
}
