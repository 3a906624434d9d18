import assert from 'node:assert/strict';
import { DebugEndpoint, refuse, taskSample, taskSnapshot } from '../support/debug-endpoint.ts';
import { frame } from '../support/profiles-data.ts';
import { hasTerminals, taskprof, TerminalRun } from '../support/taskprof-command.ts';

const parkedIn = (name: string, tasks: number, oldestWaitMillis: number) =>
  taskSample({ stack: [frame(name), frame('handle')], awaitIndex: 0, tasks, oldestWaitMillis });

const firstRows = (screen: readonly string[]): string[] =>
  screen.flatMap((line) => /await in (\w+)/.exec(line)?.[1] ?? []);

describe('taskprof top', () => {
  let endpoint: DebugEndpoint;

  beforeEach(async () => {
    endpoint = new DebugEndpoint();
    endpoint.snapshot = taskSnapshot(parkedIn('acquire', 30, 2_000), parkedIn('zip', 4, 9_000), parkedIn('poll', 9, 5));
    await endpoint.start();
  });
  afterEach(() => endpoint.stop());

  it('prints one screen and ends where the output is no terminal', async () => {
    const { stdout, exitCode } = await taskprof(['top', endpoint.host]);
    assert.match(stdout, /^43 tasks parked\n/);
    assert.doesNotMatch(stdout, /\x1b/);
    assert.equal(exitCode, 0);
    assert.equal(endpoint.requests.length, 1);
  });

  it('ends with exit code 1 where the first answer is none, and leaves the terminal alone', async function () {
    if (!hasTerminals) this.skip();
    endpoint.answer = (_, response) => refuse(response, 401, 'a token is needed');
    const run = new TerminalRun(['top', endpoint.host]);
    assert.deepEqual(await run.end(), { exit: 1, isRestored: true });
    assert.match(run.raw, /^taskprof: .*answered 401: a token is needed.*\r\n$/);
  });

  describe('on a terminal', () => {
    let run: TerminalRun;

    afterEach(() => run.dispose());

    before(function () {
      if (!hasTerminals) this.skip();
    });

    const start = async (...args: string[]): Promise<void> => {
      run = new TerminalRun(['top', endpoint.host, ...args]);
      await run.shows(/^43 tasks parked/);
    };

    const quit = async (): Promise<void> => {
      run.press('q');
      assert.deepEqual(await run.end(), { exit: 0, isRestored: true });
    };

    it('shows the tree in colours, with its keys, and quits by q', async () => {
      await start();
      const screen = await run.shows(/^q quit/);
      assert.equal(screen.length, 24);
      assert.match(screen[2]!, /^http:\/\/127.0.0.1:\d+\/debug\/tasks, every 2 s, sorted by tasks$/);
      assert.deepEqual(firstRows(screen), ['acquire', 'poll', 'zip']);
      assert.match(run.raw, /\x1b\[1m43 tasks parked\x1b\[22m/);
      await quit();
    });

    it('has no colours where NO_COLOR is set', async () => {
      run = new TerminalRun(['top', endpoint.host], { NO_COLOR: '1' });
      await run.shows(/^q quit/);
      assert.doesNotMatch(run.raw, /\x1b\[\d+m/);
      await quit();
    });

    it('renews what it shows', async () => {
      await start('--interval', '0.05');
      endpoint.snapshot = taskSnapshot(parkedIn('acquire', 1_000, 1));
      await run.shows(/^1000 tasks parked/);
      await quit();
    });

    it('tells what goes wrong meanwhile, keeps what it had, and goes on', async () => {
      await start('--interval', '0.05');
      endpoint.answer = (_, response) => refuse(response, 429, 'another request is under way');
      assert.match((await run.shows(/answered 429: another request is under way/))[0]!, /^43 tasks parked/);
      endpoint.answer = undefined;
      await run.shows(/^http.*sorted by tasks$/);
      await quit();
    });

    it('sorts by keys', async () => {
      await start('--interval', '60');
      run.press('o');
      assert.deepEqual(firstRows(await run.shows(/sorted by oldest/)), ['zip', 'acquire', 'poll']);
      run.press('s');
      assert.deepEqual(firstRows(await run.shows(/sorted by name/)), ['acquire', 'poll', 'zip']);
      run.press('t');
      await run.shows(/sorted by tasks/);
      await quit();
    });

    it('filters by a regular expression that is typed, and tells what is wrong with one', async () => {
      await start('--interval', '60');
      run.press('/');
      run.press('(z');
      await run.shows(/^filter \/\(z/);
      run.press('\r');
      await run.shows(/^filter \/\(z.*Unterminated group/);
      run.press('\x7f\x7f^zi\r');
      const screen = await run.shows(/filter \/\^zi\/$/);
      assert.match(screen[0]!, /^4 tasks parked/);
      assert.deepEqual(firstRows(screen), ['zip']);
      run.press('c');
      await run.shows(/^43 tasks parked/);
      await quit();
    });

    it('has other views, a help and a pause', async () => {
      await start('--interval', '0.05');
      run.press('v');
      await run.shows(/PARKED IN$/);
      run.press('?');
      await run.shows(/q, Ctrl-C +quit/);
      run.press('h');
      run.press(' ');
      await run.shows(/, paused, /);
      run.press('r');
      await quit();
    });

    it('scrolls, no further than there are lines', async () => {
      endpoint.snapshot = taskSnapshot(
        ...Array.from({ length: 43 }, (_, i) => taskSample({ stack: [frame(`f${100 + i}`)], awaitIndex: 0, tasks: 1 })),
      );
      await start('--interval', '60');
      assert.equal(firstRows(run.screen)[0], 'f100');
      run.press('\x1b[B');
      await run.shows(/line 2 of 26$/);
      run.press('\x1b[6~');
      await run.shows(/line 20 of 26$/);
      run.press('G');
      assert.equal(firstRows(await run.shows(/line 26 of 26$/)).at(-1), 'f142');
      run.press('g');
      await run.shows(/line 1 of 26$/);
      await quit();
    });

    const ends: [string, (run: TerminalRun) => unknown, number][] = [
      ['Ctrl-C', (it) => it.press('\x03'), 0],
      ['SIGINT', (it) => it.kill('SIGINT'), 0],
      ['SIGTERM', (it) => it.kill('SIGTERM'), -15],
      ['SIGHUP', (it) => it.kill('SIGHUP'), -1],
    ];
    for (const [what, end, exit] of ends) {
      it(`puts the terminal back at ${what}`, async () => {
        await start();
        await end(run);
        assert.deepEqual(await run.end(), { exit, isRestored: true });
      });
    }

    it('quits without the answer that it waits for', async () => {
      await start('--interval', '0.05', '--timeout', '3600');
      await new Promise<void>((resolve) => (endpoint.answer = () => resolve()));
      await quit();
    });

    it('puts the terminal back where it stops, and comes back', async () => {
      await start('--interval', '60');
      run.press('\x1a');
      await run.writes('\x1b[?1049l');
      await run.isStopped();
      await run.kill('SIGCONT');
      await run.writes('\x1b[?1049l', '\x1b[?1049h');
      await run.kill('SIGTSTP');
      await run.writes('\x1b[?1049l', '\x1b[?1049h', '\x1b[?1049l');
      await run.isStopped();
      await run.kill('SIGCONT');
      await run.writes('\x1b[?1049l', '\x1b[?1049h', '\x1b[?1049l', '\x1b[?1049h');
      await quit();
    });
  });
});
