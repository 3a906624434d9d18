/** Sees every event of the promise hooks of an engine, behind the engine itself. Nothing of it throws. */
export interface PromiseObserver {
  readonly init: (promise: object, parent?: object) => void;
  readonly before: (promise: object) => void;
  readonly after: () => void;
}

/**
 * `outermost`: the function that V8 calls as `init`, where that is not the observer's own; frames above it are not of the
 * application. `isInJob`: whether a reaction job runs at this moment, where the engine knows that.
 */
export type MakeObserver = (outermost?: PromiseObserver['init'], isInJob?: boolean) => PromiseObserver;
