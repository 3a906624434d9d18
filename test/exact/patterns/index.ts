import type { Pattern } from '../../support/patterns.ts';
import { calls } from './calls.ts';
import { combinators } from './combinators.ts';
import { entries } from './entries.ts';
import { forks } from './forks.ts';
import { functions } from './functions.ts';
import { iteration } from './iteration.ts';
import { joins } from './joins.ts';
import { nodeIteration } from './node-iteration.ts';
import { platform } from './platform.ts';
import { recursion } from './recursion.ts';
import { values } from './values.ts';
import { wrappers } from './wrappers.ts';

export const families: Record<string, readonly Pattern[]> = {
  calls,
  wrappers,
  forks,
  joins,
  combinators,
  recursion,
  functions,
  iteration,
  "iteration with Node's modules": nodeIteration,
  'the platform': platform,
  values,
  entries,
};
