import assert from 'node:assert/strict';
import { ExportFailure } from '../../src/export/failure.ts';
import type { Attempt, AttemptLimit } from '../../src/export/otlp-transport.ts';
import { withRetries } from '../../src/export/retry.ts';

const NEVER_TWICE_THE_SAME = 0.5;

const { signal } = new AbortController();

/** A limit that has these milliseconds left each time that it is asked; the last for ever. */
const leaving = (...millis: number[]): AttemptLimit => ({
  signal,
  get remainingMillis() {
    return millis.length > 1 ? millis.shift()! : millis[0]!;
  },
});

const retryable = (retryInMillis?: number): Attempt => ({
  status: 'retryable',
  failure: new ExportFailure('UNAVAILABLE', 'gone'),
  retryInMillis,
});
const SUCCESS: Attempt = { status: 'success', answer: new Uint8Array() };
const FAILURE: Attempt = { status: 'failure', failure: new ExportFailure('HTTP 400', 'bad') };

describe('withRetries', () => {
  /** Runs with these attempts, one after the other; gives the outcome and how many there were. */
  async function run(
    attempts: Attempt[],
    limit: AttemptLimit,
    random = NEVER_TWICE_THE_SAME,
  ): Promise<[Attempt, number]> {
    let made = 0;
    let retries = 0;
    const attempt = async (): Promise<Attempt> => attempts[Math.min(made++, attempts.length - 1)]!;
    const outcome = await withRetries(
      attempt,
      limit,
      () => retries++,
      () => random,
    );
    assert.equal(retries, made - 1);
    return [outcome, made];
  }

  it('tries once where that succeeds or fails for good', async () => {
    assert.deepEqual(await run([SUCCESS], leaving(1e6)), [SUCCESS, 1]);
    assert.deepEqual(await run([FAILURE], leaving(1e6)), [FAILURE, 1]);
  });

  it('tries until it succeeds', async () => {
    assert.deepEqual(await run([retryable(0), retryable(1), SUCCESS], leaving(1e6)), [SUCCESS, 3]);
  });

  it('stops at a failure for good', async () => {
    assert.deepEqual(await run([retryable(0), FAILURE, SUCCESS], leaving(1e6)), [FAILURE, 2]);
  });

  it('tries again five times at most', async () => {
    const [, made] = await run([retryable(0)], leaving(1e6));
    assert.equal(made, 6);
  });

  it('waits as long as the receiver asks for, where its own pause would be too long', async () => {
    assert.deepEqual(await run([retryable(1), SUCCESS], leaving(100)), [SUCCESS, 2]);
  });

  it('does not wait where the limit comes first', async () => {
    assert.equal((await run([retryable(500)], leaving(500)))[1], 1);
    assert.equal((await run([retryable(5)], leaving(1e6, 4)))[1], 2);
  });

  for (const [random, pauseMillis] of [
    [0, 800],
    [0.5, 1_000],
    [0.75, 1_100],
  ] as const) {
    it(`pauses a second, a fifth more or less, where the receiver says nothing: ${pauseMillis} ms`, async () => {
      assert.equal((await run([retryable()], leaving(pauseMillis), random))[1], 1);
      assert.equal((await run([retryable()], leaving(pauseMillis + 1, 0), random))[1], 2);
    });
  }

  it('pauses longer each time', async () => {
    // The second pause is 1.5 s.
    assert.equal((await run([retryable(0), retryable()], leaving(1e6, 1_499)))[1], 2);
  });
});
