import { nowMillis } from '../base/clock.ts';
import { cancel, later } from '../base/own-timers.ts';
import type { Random } from '../base/random.ts';

/** Mean length of a stretch with hooks, at least, and of one with the stretch without them that follows: a handful of each in a second. */
const MIN_ON_MILLIS = 50;
const MIN_CYCLE_MILLIS = 400;

/** What the hooks alone may take of the budget while they are switched: the rest is for what they find. */
const HOOK_SHARE = 0.4;

/** Below this share of the budget they stay on again. The distance to 1 keeps a load between the two from going back and forth. */
const CALM_SHARE = 0.7;

/** The load has to be over the budget for so long: the start of an application or a batch of work is not worth the loss. */
const PATIENCE_MILLIS = 5_000;

/** Shares are powers of 1/2, and less is no profile any more. */
const MIN_SHARE = 1 / 32;

/** How far what is wanted may be from a share before another is taken. */
const TOO_MUCH = 0.85;
const TOO_LITTLE = 2.3;

/** Weight of what was measured last. */
const SMOOTHING = 0.1;

/** Share of what is known of young parks while the hooks are off, at least: they would weigh without bound. */
const MIN_KNOWN_SHARE = 1 / 4;

/**
 * Stretches are random, so for a while the hooks are on for another share than is meant: what is known is weighed by the share that
 * they were. Until so many cycles have passed what is meant counts as well.
 */
const CERTAIN_CYCLES = 16;

/** A time in which the hooks were to be on for the same share. */
interface Era {
  readonly since: number;
  /** The share that is meant, and the one that it was, as far as it is known. */
  readonly share: number;
  seen: number;
}

const MAX_ERAS = 32;

/** Whose hooks are switched. */
export interface Switched {
  /** Between turns of the event loop, or in the job of who wants to see all. */
  switchOn(): void;
  /** Between turns of the event loop. */
  switchOff(): void;
  /** The share has changed. */
  onShare(): void;
}

/**
 * Where the hooks alone take more than the budget, at some 200,000 awaits a second for 1 % of a core, they are on for a share D
 * of the time.
 *
 * Stretches with and without them have exponential lengths, of means `on` and `off`: a random telegraph, which forgets. So of
 * two moments at a distance `a` where the hooks are on at one they are at the other with probability D + (1 - D) e^(-a / T),
 * 1 / T = 1 / on + 1 / off (the autocorrelation of a two-state Markov chain: Ross, Stochastic Processes, 1996, 5.4). That is the
 * probability with which a park is known that began `a` ago: whoever looks while they are on divides by it, and no age is
 * counted too often or too rarely.
 */
export class DutyCycle {
  readonly #switched: Switched;
  readonly #random: Random;
  readonly #budget: number;
  #eras: Era[] = [{ since: -Infinity, share: 1, seen: 1 }];
  #isOn = true;
  #switchedAt = nowMillis();
  #offMillis = 0;
  /** When the present era began. */
  #offMillisBefore = 0;
  #load = 0;
  #excessMillis = 0;
  #holders = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `budget`: share of one core. */
  constructor(switched: Switched, random: Random, budget: number) {
    this.#switched = switched;
    this.#random = random;
    this.#budget = budget;
  }

  /** Share of the time in which the hooks are on: 1 where they are not switched. */
  get share(): number {
    return this.#eras.at(-1)!.share;
  }

  /** What the hooks take of a core while they are on, of late. */
  get load(): number {
    return this.#load;
  }

  get isCycling(): boolean {
    return this.share < 1;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Mean time from one switching on to the next. */
  get cycleMillis(): number {
    return this.#onMillis / this.share;
  }

  /** A clock that stands still while the hooks are off. */
  readonly onTime = (): number => (this.#isOn ? nowMillis() : this.#switchedAt) - this.#offMillis;

  /** Whether something is known of the time since that moment without a gap. */
  sawAllSince(millis: number): boolean {
    return this.#isOn && (millis >= this.#switchedAt || this.#offMillis === 0);
  }

  /** The probability that the hooks were on when a park that is known began, for who looks now. */
  seenShare(parkedAt: number, now: number): number {
    let at = this.#eras.length - 1;
    if (at === 0) return 1;
    while (at > 0 && this.#eras[at]!.since > parkedAt) at--;
    const { share, seen } = this.#eras[at]!;
    if (share === 1 || at < this.#eras.length - 1) return seen;
    const memory = Math.exp((parkedAt - now) / (this.#onMillis * (1 - share)));
    return this.#isOn ? seen + (1 - seen) * memory : seen * Math.max(1 - memory, MIN_KNOWN_SHARE);
  }

  /** The hooks alone took this share of a core, for so many milliseconds in which they were on. */
  note(load: number, millis: number): void {
    this.#load += (this.#load === 0 ? 1 : SMOOTHING) * (load - this.#load);
    if (this.#holders > 0) return;
    this.#excessMillis = this.#load > this.#budget ? this.#excessMillis + millis : 0;
    const { share } = this;
    const next = this.isCycling
      ? this.#nextShare(share)
      : this.#excessMillis >= PATIENCE_MILLIS
        ? this.#nextShare(1)
        : 1;
    if (next !== share) this.#begin(next);
  }

  /** The hooks stay on until `release`: somebody has to see all. */
  hold(): void {
    if (this.#holders++ === 0 && this.isCycling) this.#begin(1);
  }

  release(): void {
    this.#holders--;
  }

  stop(): void {
    this.#stopped = true;
    cancel(this.#timer);
  }

  get #onMillis(): number {
    return Math.max(MIN_ON_MILLIS, MIN_CYCLE_MILLIS * this.share);
  }

  #nextShare(share: number): number {
    if (share < 1 && this.#load < CALM_SHARE * this.#budget) return 1;
    const wanted = (HOOK_SHARE * this.#budget) / this.#load;
    let next = Math.min(share, 0.5);
    while (next > MIN_SHARE && wanted < TOO_MUCH * next) next /= 2;
    while (next < 0.5 && wanted > TOO_LITTLE * next) next *= 2;
    return next;
  }

  /** A new era begins as if it had been for ever: on or off by chance. */
  #begin(share: number): void {
    const eras = [...this.#eras, { since: nowMillis(), share, seen: share }];
    this.#eras = eras.slice(-MAX_ERAS);
    this.#offMillisBefore = nowMillis() - this.onTime();
    this.#excessMillis = 0;
    this.#switched.onShare();
    this.#turn(this.#random() < share);
  }

  #turn(isOn: boolean): void {
    cancel(this.#timer);
    if (isOn !== this.#isOn) this.#switch(isOn);
    const { share } = this;
    if (share === 1 || this.#stopped) return;
    const mean = isOn ? this.#onMillis : this.#onMillis * (1 / share - 1);
    const millis = -mean * Math.log(1 - this.#random());
    this.#timer = later(() => this.#turn(!isOn), Math.max(Math.round(millis), 1));
  }

  #seeShare(now: number): void {
    const era = this.#eras.at(-1)!;
    if (era.share === 1) return;
    const millis = now - era.since;
    const meantMillis = CERTAIN_CYCLES * this.cycleMillis;
    const onMillis = millis - (now - this.onTime() - this.#offMillisBefore);
    era.seen = (onMillis + meantMillis * era.share) / (millis + meantMillis);
  }

  #switch(isOn: boolean): void {
    if (!isOn) this.#switched.switchOff();
    const now = nowMillis();
    if (isOn) this.#offMillis += now - this.#switchedAt;
    this.#switchedAt = now;
    this.#isOn = isOn;
    this.#seeShare(now);
    if (isOn) this.#switched.switchOn();
  }
}
