import { EventWindow } from '../capture/event-window.ts';
import type { FollowedPark, FollowedRoot } from './followed-task.ts';

/** What happened in one go in a followed task: from a resume, or from its begin, to the end of the job. */
export class FollowedRun {
  readonly root: FollowedRoot;
  /** What resumed; undefined where the root begins. */
  readonly resumed: FollowedPark | undefined;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  endedAt: number;
  readonly window: EventWindow;
  /** Of the events of the window, by index; undefined for promises that are made anew. */
  readonly parks: (FollowedPark | undefined)[] = [];

  /** `isCut`: something of the same run happened before. */
  constructor(root: FollowedRoot, resumed: FollowedPark | undefined, startedAt: number, isCut = false) {
    this.root = root;
    this.resumed = resumed;
    this.startedAt = startedAt;
    this.endedAt = startedAt;
    this.window = new EventWindow(isCut);
  }

  /** It was read, or will not be: promises that are still held carry its parks. */
  dropEvents(): void {
    for (const park of this.parks) if (park) park.event = undefined;
  }

  get hasParked(): boolean {
    return this.parks.some((park) => park !== undefined);
  }
}
