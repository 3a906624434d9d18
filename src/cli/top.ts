import { setTimeout as delay } from 'node:timers/promises';
import { toError } from '../base/errors.ts';
import { Keyboard } from './keyboard.ts';
import { ps } from './ps.ts';
import type { TaskList } from './task-list.ts';
import type { TaskSource } from './task-source.ts';
import type { ViewOptions } from './task-view.ts';
import { TerminalScreen } from './terminal-screen.ts';
import { initialState, type Key, pressKey, type TopState } from './top-state.ts';
import { pageLines, TopView } from './top-view.ts';

export interface TopOptions {
  readonly view: ViewOptions;
  readonly json: boolean;
  readonly intervalMillis: number;
}

/**
 * Shows the source on the whole terminal, renewed again and again, until the user quits. Where the standard output is no terminal
 * it is printed once, as by `ps`. What fails at first ends it; what fails later is shown, and tried again.
 */
export async function top(source: TaskSource, options: TopOptions): Promise<void> {
  if (!process.stdout.isTTY || options.json) return ps(source, options);
  const list = await source.load();
  await new Top(source, options, list).run();
}

/** Ends by these leave the terminal as it was, and the process as the signal has it. */
const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

class Top {
  readonly #source: TaskSource;
  readonly #intervalMillis: number;
  readonly #screen = new TerminalScreen(process.stdout);
  readonly #keyboard: Keyboard;
  readonly #view = new TopView();
  readonly #quit = new AbortController();
  #state: TopState;
  #list: TaskList;
  #problem: string | undefined;
  /** Ends the pause ahead of the next request. */
  #wake = new AbortController();

  constructor(source: TaskSource, { view, intervalMillis }: TopOptions, list: TaskList) {
    this.#source = source;
    this.#intervalMillis = intervalMillis;
    this.#list = list;
    this.#state = initialState(view.order, view.layout, view.allFrames);
    this.#keyboard = new Keyboard(
      process.stdin,
      (key) => this.#press(key),
      () => this.#end(),
    );
  }

  async run(): Promise<void> {
    const undo = this.#listen();
    try {
      this.#enter();
      while (await this.#pause()) await this.#refresh();
    } finally {
      undo();
      this.#leave();
    }
  }

  #enter(): void {
    this.#screen.enter();
    this.#keyboard.open();
    this.#draw();
  }

  #leave(): void {
    this.#keyboard.close();
    this.#screen.leave();
  }

  /** Whatever way the process goes, the terminal is as it was. */
  #listen(): () => void {
    const leave = (): void => this.#leave();
    const end = (): void => this.#end();
    const dieOf = (signal: NodeJS.Signals): void => {
      leave();
      // Once nobody listens the signal does what it does.
      process.removeListener(signal, dieOf);
      process.kill(process.pid, signal);
    };
    const suspend = (): void => this.#suspend();
    const resume = (): void => this.#enter();
    const redraw = (): void => this.#draw();
    process.on('exit', leave).on('uncaughtExceptionMonitor', leave).on('SIGINT', end);
    process.on('SIGTSTP', suspend).on('SIGCONT', resume);
    for (const signal of SIGNALS) process.on(signal, dieOf);
    process.stdout.on('resize', redraw).on('error', end);
    return () => {
      process.off('exit', leave).off('uncaughtExceptionMonitor', leave).off('SIGINT', end);
      process.off('SIGTSTP', suspend).off('SIGCONT', resume);
      for (const signal of SIGNALS) process.off(signal, dieOf);
      process.stdout.off('resize', redraw).off('error', end);
    };
  }

  /** Until the next request is due; false where none is to come. */
  async #pause(): Promise<boolean> {
    this.#wake = new AbortController();
    const signal = AbortSignal.any([this.#wake.signal, this.#quit.signal]);
    do await delay(this.#intervalMillis, undefined, { signal }).catch(() => undefined);
    while (this.#state.isPaused && !signal.aborted);
    return !this.#quit.signal.aborted;
  }

  async #refresh(): Promise<void> {
    try {
      // Who quits does not wait for an answer.
      this.#list = await this.#source.load(this.#quit.signal);
      this.#problem = undefined;
    } catch (thrown) {
      this.#problem = toError(thrown).message;
    }
    this.#draw();
  }

  #press(key: Key): void {
    const { state, action } = pressKey(this.#state, key, pageLines(this.#screen.rows));
    this.#state = state;
    if (action === 'quit') this.#end();
    else if (action === 'suspend') this.#suspend();
    else if (action === 'refresh') this.#wake.abort();
    if (action === undefined || action === 'redraw') this.#draw();
  }

  #suspend(): void {
    this.#leave();
    // The shell's `fg` sends SIGCONT, which enters again. Not SIGTSTP: for that there is a listener.
    process.kill(process.pid, 'SIGSTOP');
  }

  #end(): void {
    this.#quit.abort();
  }

  #draw(): void {
    const facts = {
      name: this.#source.name,
      list: this.#list,
      intervalMillis: this.#intervalMillis,
      problem: this.#problem,
    };
    const { lines, scroll } = this.#view.screen(facts, this.#state, this.#screen.rows);
    this.#state = { ...this.#state, scroll };
    this.#screen.draw(lines);
  }
}
