import { constants } from 'node:os';
import { InvalidOptionError } from '../base/errors.ts';

/**
 * What a listener must not have: SIGUSR1 starts Node's debugger and SIGPROF samples for V8; SIGKILL and SIGSTOP can't be listened to;
 * of what the processor raises nobody can come back; SIGINT and SIGTERM would not end the process any more, and SIGCHLD comes with
 * each child process.
 */
const REFUSED = new Set([
  'SIGUSR1',
  'SIGPROF',
  'SIGKILL',
  'SIGSTOP',
  'SIGSEGV',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGABRT',
  'SIGIOT',
  'SIGTRAP',
  'SIGINT',
  'SIGTERM',
  'SIGCHLD',
]);

/** The name of a signal that a process may listen to for a purpose of its own. Throws an {@link InvalidOptionError}. */
export function checkedSignal(option: string, value: unknown): NodeJS.Signals {
  if (typeof value === 'string' && Object.hasOwn(constants.signals, value) && !REFUSED.has(value)) {
    return value as NodeJS.Signals;
  }
  const requirement =
    "the name of a signal of this platform, such as 'SIGUSR2', and none that Node.js or the end of the process needs";
  throw new InvalidOptionError(option, requirement, value);
}
