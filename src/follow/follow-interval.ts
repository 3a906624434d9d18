import type { EngineInterval, IntervalSample } from '../capture/task-engine.ts';
import type { Moments } from './moments.ts';

/** What an interval needs of its engine. */
interface MomentsOwner {
  /** Whether the first engine knows more of an interval. */
  readonly answersByCaptures: boolean;
  /** Adds the present to the moments, where there was none in the interval. */
  lookNow(moments: Moments): void;
  close(interval: FollowInterval): void;
}

/** The mean from random moments; or, where captures know more, from parks whose whole length is known. */
export class FollowInterval implements EngineInterval {
  readonly startedAt: number;
  readonly moments: Moments;
  readonly #owner: MomentsOwner;
  readonly #captured: EngineInterval;
  /** Moments came for a part of it only. */
  hasPartOnly = false;
  /** The hooks were switched in it: captures don't know how their parks went on. */
  wasSwitched = false;

  constructor(owner: MomentsOwner, captured: EngineInterval, moments: Moments) {
    this.startedAt = captured.startedAt;
    this.moments = moments;
    this.#owner = owner;
    this.#captured = captured;
  }

  end(now: number): IntervalSample {
    const isOfCaptures = this.#owner.answersByCaptures || this.hasPartOnly;
    if (isOfCaptures && !this.wasSwitched) return this.#captured.end(now);
    if (this.moments.count === 0) this.#owner.lookNow(this.moments);
    return { contributions: this.moments.contributions(), isExact: false };
  }

  close(): void {
    this.#captured.close();
    this.#owner.close(this);
  }
}
