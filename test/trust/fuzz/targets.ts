import { answers } from './targets/answers.ts';
import { command } from './targets/command.ts';
import { configuration } from './targets/configuration.ts';
import { decoders } from './targets/decoders.ts';
import { endpoints } from './targets/endpoints.ts';
import { questions } from './targets/questions.ts';
import { sources } from './targets/sources.ts';
import type { Target } from './targets/target.ts';

/** By the module of `targets` that they are in. */
const GROUPS = { decoders, sources, command, configuration, questions, answers, endpoints };

/** All that takes what others send. */
export const targets: readonly Target[] = Object.values(GROUPS).flat();

export function groupOf(target: Target): string {
  return Object.entries(GROUPS).find(([, group]) => group.includes(target))![0];
}
