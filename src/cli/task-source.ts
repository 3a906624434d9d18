import { existsSync } from 'node:fs';
import { askForProfiles, askForSnapshot, type AskOptions, type Wanted, withInterval } from './ask-endpoint.ts';
import { endpointAddress, type EndpointAddress, isUrl } from './endpoint-address.ts';
import { CommandError, UsageError } from './failure.ts';
import { listOfProfiles } from './profile-list.ts';
import { readInput } from './read-input.ts';
import { readProfiles } from './read-profile.ts';
import type { AnySnapshot } from './snapshot-json.ts';
import { filteredList, type TaskFilter } from './task-filter.ts';
import { listOfSnapshot, type TaskList, waitListOfSnapshot } from './task-list.ts';

/** Where a list of tasks comes from, as often as it is asked for. */
export interface TaskSource {
  readonly name: string;
  /** The signal ends it early; it rejects then. */
  load(signal?: AbortSignal): Promise<TaskList>;
}

export function endpointSource(
  address: EndpointAddress,
  filter: TaskFilter,
  wanted: Wanted,
  ask: AskOptions,
): TaskSource {
  const { sampleType, seconds } = wanted;
  if (sampleType === 'wait' && seconds === undefined) throw new UsageError('--sample-type wait needs --seconds');
  return {
    name: address.name,
    load: async (signal) => {
      if (sampleType === 'cpu') {
        const messages = await askForProfiles(address, filter, withInterval(wanted), { ...ask, signal });
        return listOfProfiles(messages, sampleType);
      }
      const snapshot = await askForSnapshot(address, filter, wanted, { ...ask, signal });
      return listOf(snapshot, sampleType) ?? listOfSnapshot(snapshot);
    },
  };
}

/** A file, or a process that has a debug endpoint. */
export function sourceOf(target: string, filter: TaskFilter, wanted: Wanted, ask: AskOptions): TaskSource {
  const { sampleType, seconds } = wanted;
  if (target !== '-' && !existsSync(target)) {
    if (isUrl(target)) {
      return endpointSource(endpointAddress(target), filter, wanted, ask);
    }
    const hint = /^\d+$/.test(target) ? `; "taskprof attach ${target}" looks at a process` : '';
    throw new CommandError(`${target}: there is no such file${hint}`);
  }
  checkFileFilter(filter);
  if (seconds !== undefined) throw new UsageError('--seconds is for a live process: a file holds what was looked at');
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
  return filteredList(listOf(snapshot, sampleType) ?? listOfProfiles(messages, sampleType), filter);
}

/** A snapshot says more than its profiles. */
function listOf(snapshot: AnySnapshot | undefined, sampleType?: string): TaskList | undefined {
  if (snapshot === undefined) return undefined;
  if (sampleType === 'wait' && 'totalWaitMillis' in snapshot) return waitListOfSnapshot(snapshot);
  const type = 'lost' in snapshot ? 'lost' : 'tasks';
  return (sampleType ?? type) === type ? listOfSnapshot(snapshot) : undefined;
}
