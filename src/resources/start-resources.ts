import { tellEnd } from '../base/faults.ts';
import { ResourceEngine, type ResourceEngineOptions } from './resource-engine.ts';

/** The profile of resources; undefined where it can't be had in this process. The profile of tasks does not depend on it. */
export function startResources(options: ResourceEngineOptions): ResourceEngine | undefined {
  try {
    return new ResourceEngine(options);
  } catch (thrown) {
    tellEnd('resources are not profiled', thrown);
    return undefined;
  }
}
