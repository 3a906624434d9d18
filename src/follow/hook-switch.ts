import { promiseHooks } from 'node:v8';
import type { Random } from '../base/random.ts';
import { CarriedRows } from './carried-rows.ts';
import { DutyCycle, type Switched } from './duty-cycle.ts';
import type { FollowHook } from './follow-hook.ts';
import type { RowReader } from './row-reader.ts';
import type { TaskRegistry } from './task-registry.ts';

/** Whose hook it is. */
interface SwitchHost {
  readonly registry: TaskRegistry;
  readonly reader: RowReader;
  readonly random: Random;
  readonly running: boolean;
  /** Node's own function, of the hook that is there now. */
  removeHook: () => void;
  /** Of a row that goes, while it is still there. */
  onRelease(row: number): void;
  /** The hook is there for another share of the time from now on. */
  onShare(): void;
  /** It is about to go, and has come back. */
  onSwitchOff(): void;
  onSwitchOn(): void;
  /** Runs a part that may fail, and accounts its time. */
  guarded(part: () => void): void;
}

/** The hook of an engine, which is there for the share of the time that its duty cycle says, and what stays known meanwhile. */
export class HookSwitch implements Switched {
  readonly duty: DutyCycle;
  readonly #host: SwitchHost;
  readonly #carried: CarriedRows;
  readonly #walksPerMilli: number;
  #hook: FollowHook | undefined;
  #isBursting = false;

  /** `walksPerMilli`: what the budget has for asking whether carried rows are still parked. */
  constructor(host: SwitchHost, overheadBudget: number, walksPerMilli: number) {
    this.#host = host;
    this.#walksPerMilli = walksPerMilli;
    this.#carried = new CarriedRows(host);
    this.duty = new DutyCycle(this, host.random, overheadBudget);
  }

  install(hook: FollowHook): void {
    this.#hook = hook;
    const { init, before, after } = hook;
    this.#host.removeHook = promiseHooks.createHook({ init, before, after }) as () => void;
  }

  /** A burst has all that happens. */
  setBurst(isBursting: boolean): void {
    if (isBursting && !this.#isBursting) this.duty.hold();
    if (!isBursting && this.#isBursting) this.duty.release();
    this.#isBursting = isBursting;
  }

  /** While the hook is off what is known may have resumed: brings it up to date. */
  settle(): void {
    if (!this.duty.isOn) this.#carried.dropResumed();
  }

  onShare(): void {
    this.#host.onShare();
  }

  switchOff(): void {
    if (!this.#host.running) return;
    this.#host.guarded(() => {
      this.#host.onSwitchOff();
      this.#host.removeHook();
      // As many as can be asked once in a cycle.
      this.#carried.keep(this.#walksPerMilli * this.duty.cycleMillis);
    });
  }

  switchOn(): void {
    if (!this.#host.running) return;
    this.#host.guarded(() => {
      this.#carried.dropResumed();
      this.install(this.#hook!);
      this.#host.onSwitchOn();
    });
  }
}
