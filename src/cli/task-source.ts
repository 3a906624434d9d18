import { existsSync } from 'node:fs';
import { askForSnapshot, type AskOptions } from './ask-endpoint.ts';
import { endpointAddress, type EndpointAddress, isUrl } from './endpoint-address.ts';
import { CommandError, UsageError } from './failure.ts';
import { listOfProfiles } from './profile-list.ts';
import { readInput } from './read-input.ts';
import { readProfiles } from './read-profile.ts';
import { filteredList, type TaskFilter } from './task-filter.ts';
import { listOfSnapshot, type TaskList } from './task-list.ts';

/** Where a list of tasks comes from, as often as it is asked for. */
export interface TaskSource {
  readonly name: string;
  /** The signal ends it early; it rejects then. */
  load(signal?: AbortSignal): Promise<TaskList>;
}

export function endpointSource(address: EndpointAddress, filter: TaskFilter, ask: AskOptions): TaskSource {
  return {
    name: address.name,
    load: async (signal) => listOfSnapshot(await askForSnapshot(address, filter, { ...ask, signal })),
  };
}

/** A file, or a process that has a debug endpoint. */
export function sourceOf(
  target: string,
  filter: TaskFilter,
  sampleType: string | undefined,
  ask: AskOptions,
): TaskSource {
  if (target !== '-' && !existsSync(target)) {
    if (isUrl(target)) {
      if (sampleType !== undefined) throw new UsageError('--sample-type is for files: a live process shows its tasks');
      return endpointSource(endpointAddress(target), filter, ask);
    }
    const hint = /^\d+$/.test(target) ? `; "taskprof attach ${target}" looks at a process` : '';
    throw new CommandError(`${target}: there is no such file${hint}`);
  }
  checkFileFilter(filter);
  return { name: target, load: () => loadFile(target, filter, sampleType) };
}

const LIVE_ONLY = { maxTasks: '--max-tasks', pinnedLabel: '--pinned-label', consistency: '--consistency' } as const;

function checkFileFilter(filter: TaskFilter): void {
  for (const [name, flag] of Object.entries(LIVE_ONLY)) {
    if (name in filter) throw new UsageError(`${flag} is for a live process: a file holds what was looked at`);
  }
}

async function loadFile(path: string, filter: TaskFilter, sampleType: string | undefined): Promise<TaskList> {
  const { messages, snapshot } = readProfiles(await readInput(path), path);
  const isWanted = snapshot !== undefined && (sampleType === undefined || sampleType === 'tasks');
  return filteredList(isWanted ? listOfSnapshot(snapshot) : listOfProfiles(messages, sampleType), filter);
}
