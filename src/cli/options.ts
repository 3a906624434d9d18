import { type Command, Option } from 'commander';
import type { AskOptions, Wanted } from './ask-endpoint.ts';
import { count, label, millis, regularExpression, seconds, traceId } from './option-values.ts';
import type { TaskFilter } from './task-filter.ts';

import type { ViewOptions } from './task-view.ts';
import { SORT_ORDERS, type SortOrder } from './tree-order.ts';

// Options that several commands have, and what they mean.

export interface FilterFlags {
  readonly maxTasks?: number;
  readonly minWait?: number;
  readonly label?: string[];
  readonly pinnedLabel?: string[];
  readonly traceId?: string;
  readonly matching?: string;
  readonly consistency?: 'slices' | 'moment';
}

export function labelOption(): Option {
  return new Option('--label <name=value>', 'that carry this label; several must all hold').argParser(label);
}

export function traceIdOption(): Option {
  return new Option('--trace-id <id>', 'of this trace').argParser(traceId);
}

export function addFilterOptions(command: Command): Command {
  return command
    .optionsGroup('Which tasks:')
    .option('--min-wait <ms>', 'that have waited at least so many milliseconds', millis)
    .addOption(labelOption())
    .addOption(traceIdOption())
    .option('--matching <regexp>', 'with a frame "function (file:line:column)" that matches', regularExpression)
    .option('--max-tasks <n>', 'look at so many at most (of a live process)', count)
    .option('--pinned-label <name=value>', 'look at those with this label first (of a live process)', label)
    .addOption(
      new Option(
        '--consistency <how>',
        'all at one moment, or in slices with short pauses (of a live process)',
      ).choices(['slices', 'moment']),
    );
}

export function filterOf({ minWait, ...flags }: FilterFlags): TaskFilter {
  const { maxTasks, label: labels, pinnedLabel, traceId: trace, matching, consistency } = flags;
  return {
    ...(maxTasks !== undefined && { maxTasks }),
    ...(minWait !== undefined && { minWaitMillis: minWait }),
    ...(labels && { label: labels }),
    ...(pinnedLabel && { pinnedLabel }),
    ...(trace !== undefined && { traceId: trace }),
    ...(matching !== undefined && { matching }),
    ...(consistency && { consistency }),
  };
}

export interface WantedFlags {
  readonly sampleType?: string;
  readonly seconds?: number;
}

export function addWantedOptions(command: Command): Command {
  return command
    .optionsGroup('What of them:')
    .option('--seconds <n>', 'over so many seconds in place of a moment (of a live process)', seconds)
    .option(
      '--sample-type <type>',
      'tasks; wait: how long they waited in an interval; lost: those that will never resume; cpu: where it computes; of a file what it counts (default: tasks, or the first)',
    );
}

export function wantedOf({ sampleType, seconds: length }: WantedFlags): Wanted {
  return { ...(sampleType !== undefined && { sampleType }), ...(length !== undefined && { seconds: length }) };
}

export interface ViewFlags {
  readonly sort: SortOrder;
  readonly flat?: true;
  readonly allFrames?: true;
  readonly limit?: number;
}

export function addViewOptions(command: Command): Command {
  return command
    .optionsGroup('How they are shown:')
    .addOption(new Option('--sort <order>', 'by what').choices(SORT_ORDERS).default('tasks'))
    .option('--flat', 'a line for each stack in place of a tree')
    .option('--all-frames', "also those of packages and of Node between the application's")
    .option('--limit <n>', 'only the first so many stacks', count);
}

export function viewOf({ sort, flat, allFrames, limit }: ViewFlags): ViewOptions {
  return { order: sort, layout: flat ? 'flat' : 'tree', allFrames: allFrames === true, limit: limit ?? Infinity };
}

export interface AskFlags {
  readonly token?: string;
  readonly timeout: number;
}

export function addAskOptions(command: Command): Command {
  return command
    .optionsGroup('The process:')
    .addOption(new Option('--token <token>', 'its bearer token').env('TASKPROF_TOKEN'))
    .addOption(new Option('--timeout <seconds>', 'wait so long for its answer').argParser(seconds).default(10));
}

export function askOf({ token, timeout }: AskFlags): AskOptions {
  return { token: token === '' ? undefined : token, timeoutMillis: timeout * 1e3 };
}
