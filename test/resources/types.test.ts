import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { AsyncResource } from 'node:async_hooks';
import { generateKeyPairSync, pbkdf2, randomFillSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns';
import { once } from 'node:events';
import { close, open, promises, read, watch } from 'node:fs';
import { Agent, type ClientRequest, type Server, type ServerResponse, createServer, get } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type ResourceSnapshot, TaskProfiler } from '../../src/index.ts';
import { framePlace } from '../support/frames.ts';
import { expectMade, listOf, madeBy } from '../support/resources.ts';
import { settled, until } from '../support/settled.ts';

const nothing = (): void => undefined;

describe('the profile of resources', () => {
  let profiler: TaskProfiler;
  const snapshot = (): ResourceSnapshot => profiler.resourceSnapshot();

  beforeEach(() => {
    profiler = new TaskProfiler({ resources: { sampling: 'all' } });
    profiler.start();
  });

  afterEach(() => profiler.stop());

  describe('of timers', () => {
    it('has each that is set until it is cleared or has fired, by where it was set', async () => {
      const timers: NodeJS.Timeout[] = [];
      const fired: number[] = [];
      function setMany(): void {
        for (let i = 0; i < 30; i++) timers.push(setTimeout(nothing, 60_000));
        for (let i = 0; i < 20; i++) setTimeout(() => fired.push(i), 1);
      }
      setMany();
      expectMade('setMany', snapshot(), ['50 timer pending']);
      assert.equal(madeBy('setMany', snapshot()).length, 2);
      await until(() => fired.length === 20);
      expectMade('setMany', snapshot(), ['30 timer pending']);
      for (const timer of timers.slice(10)) clearTimeout(timer);
      expectMade('setMany', snapshot(), ['10 timer pending']);
      for (const timer of timers) clearTimeout(timer);
      expectMade('setMany', snapshot(), []);
    });

    it('tells intervals, and those that do not keep the process running', () => {
      function setEach(): NodeJS.Timeout[] {
        return [setTimeout(nothing, 60_000), setTimeout(nothing, 60_000).unref(), setInterval(nothing, 60_000).unref()];
      }
      const timers = setEach();
      expectMade('setEach', snapshot(), ['1 timer pending', '1 timer pending unref', '1 timer repeating unref']);
      timers[1]!.ref();
      expectMade('setEach', snapshot(), ['2 timer pending', '1 timer repeating unref']);
      for (const timer of timers) clearTimeout(timer);
    });

    it('has a timer that is started anew after it fired once, and where that was done', async () => {
      let fired = 0;
      function setOnce(): NodeJS.Timeout {
        return setTimeout(() => fired++, 1);
      }
      function setAgain(): void {
        timer.refresh();
      }
      const timer = setOnce();
      await until(() => fired === 1);
      setAgain();
      expectMade('setAgain', snapshot(), ['1 timer pending']);
      expectMade('setOnce', snapshot(), []);
      await until(() => fired === 2);
      expectMade('setAgain', snapshot(), []);
    });

    it('has neither a timer nor an immediate in their own callbacks', async () => {
      const seen: string[][] = [];
      const look = (): number => seen.push(listOf('setOne', snapshot()));
      function setOne(set: (callback: () => void) => void): void {
        set(look);
      }
      setOne((callback) => setTimeout(callback, 1));
      assert.deepEqual(listOf('setOne', snapshot()), ['1 timer pending']);
      await until(() => seen.length === 1);
      setOne(setImmediate);
      assert.deepEqual(listOf('setOne', snapshot()), ['1 immediate pending']);
      await until(() => seen.length === 2);
      assert.deepEqual(seen, [[], []]);
    });

    it('shows how old the oldest is', async () => {
      function setOld(): NodeJS.Timeout {
        return setTimeout(nothing, 60_000);
      }
      const timers = [setOld()];
      await sleep(20);
      timers.push(setOld());
      const [sample] = madeBy('setOld', snapshot());
      assert.ok(sample!.oldestAgeMillis >= 19, `${sample!.oldestAgeMillis} ms`);
      assert.ok(snapshot().samples.every(({ oldestAgeMillis }) => oldestAgeMillis < 60_000));
      assert.equal(madeBy('setOld', profiler.resourceSnapshot({ minAgeMillis: 60_000 })).length, 0);
      for (const timer of timers) clearTimeout(timer);
    });
  });

  describe('of files, names and keys', () => {
    it('has operations on files until their callbacks run, with the stack that began them', async () => {
      let ended = 0;
      let descriptor = 0;
      function readIt(): void {
        open(import.meta.filename, (_, fd) => ((descriptor = fd), ended++));
      }
      async function statIt(): Promise<void> {
        await promises.stat(import.meta.filename);
        ended++;
      }
      readIt();
      void statIt();
      expectMade('readIt', snapshot(), ['1 file operation pending']);
      expectMade('statIt', snapshot(), ['1 file operation pending']);
      const [sample] = madeBy('readIt', snapshot());
      assert.equal(sample!.type, 'FSREQCALLBACK');
      assert.equal(sample!.stack[0]!.functionName, 'open');
      assert.match(framePlace(sample!.stack[sample!.callerIndex]!), /^types\.test\.ts:/);
      await until(() => ended === 2);
      await settled();
      expectMade('readIt', snapshot(), []);
      expectMade('statIt', snapshot(), []);
      close(descriptor);
    });

    it('has an operation that waits for long', async () => {
      // Nothing is ever written to this pipe.
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const path = `/proc/${child.pid}/fd/1`;
      let opened = 0;
      open(path, 'r', (error, fd) => (opened = error === null ? fd : -1));
      await until(() => opened !== 0);
      let ended = false;
      function readForever(): void {
        read(opened, Buffer.alloc(1), 0, 1, null, () => (ended = true));
      }
      if (opened > 0) {
        readForever();
        for (let i = 0; i < 3; i++) {
          await sleep(5);
          expectMade('readForever', snapshot(), ['1 file operation pending']);
        }
      }
      child.kill();
      if (opened > 0) {
        await until(() => ended);
        await settled();
        expectMade('readForever', snapshot(), []);
        close(opened);
      }
    });

    it('has look-ups of names and operations of crypto, but none that are synchronous', async () => {
      let ended = 0;
      function lookUp(): void {
        lookup('localhost', () => ended++);
      }
      function derive(): void {
        randomFillSync(Buffer.alloc(8));
        generateKeyPairSync('ec', { namedCurve: 'P-256' });
        pbkdf2('secret', 'salt', 1, 8, 'sha256', () => ended++);
      }
      lookUp();
      derive();
      expectMade('lookUp', snapshot(), ['1 DNS lookup pending']);
      expectMade('derive', snapshot(), ['1 crypto operation pending']);
      await until(() => ended === 2);
      await settled();
      expectMade('lookUp', snapshot(), []);
      expectMade('derive', snapshot(), []);
    });
  });

  describe('of HTTP', () => {
    let server: Server;
    let agent: Agent;
    let held: ServerResponse[];
    const port = (): number => (server.address() as AddressInfo).port;

    function listen(): Server {
      return server.listen(0);
    }

    function request(path: string): ClientRequest {
      return get({ port: port(), host: '127.0.0.1', agent, path }, (response) => response.resume()).on(
        'error',
        nothing,
      );
    }

    beforeEach(async () => {
      held = [];
      agent = new Agent({ keepAlive: true, maxSockets: 2 });
      server = createServer((incoming, response) => {
        if (incoming.url === '/hold') held.push(response);
        else response.end();
      });
      await once(listen(), 'listening');
    });

    afterEach(async () => {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });

    it('has requests that wait for a response, and those that wait for a connection', async () => {
      for (let i = 0; i < 5; i++) request('/hold');
      await until(() => held.length === 2);
      assert.ok(listOf('request', snapshot()).includes('5 HTTP request pending'));
      const [sample] = madeBy('request', profiler.resourceSnapshot({ states: ['pending'] }));
      assert.equal(sample!.type, 'HTTPCLIENTREQUEST');
      // V8 does not say `new` of a constructor that it has inlined.
      assert.match(sample!.stack[0]!.functionName, /^(new |ClientRequest\.)ClientRequest$/);
      assert.equal(sample!.stack[sample!.callerIndex]!.functionName, 'request');
      while (held.length > 0) {
        held.shift()!.end();
        await settled();
        await sleep(1);
      }
      await until(() => !listOf('request', snapshot()).some((line) => line.includes('HTTP request')));
    });

    it('tells connections under a request from those that are kept, at both ends', async () => {
      const client = request('/hold');
      await until(() => held.length === 1);
      assert.deepEqual(
        listOf('request', snapshot()).filter((line) => line.includes('TCP')),
        ['1 TCP socket pending'],
      );
      expectMade('listen', snapshot(), ['1 TCP server listening', '1 TCP socket pending']);
      held[0]!.end();
      await once(client, 'close');
      await settled();
      assert.deepEqual(
        listOf('request', snapshot()).filter((line) => line.includes('TCP')),
        ['1 TCP socket idle unref'],
      );
      expectMade('listen', snapshot(), ['1 TCP server listening', '1 TCP socket idle']);
    });

    it('shows a kept connection under the request that uses it again', async () => {
      await once(request('/'), 'close');
      await settled();
      function useAgain(): ClientRequest {
        return request('/hold');
      }
      useAgain();
      await until(() => held.length === 1);
      // Not under the first any more: it is one connection.
      for (const by of ['useAgain', 'request']) {
        const connections = listOf(by, snapshot()).filter((line) => line.includes('TCP'));
        assert.deepEqual(connections, ['1 TCP socket pending']);
      }
    });

    it('leads an accepted connection back to the server that listens', async () => {
      request('/hold');
      await until(() => held.length === 1);
      const accepted = madeBy('listen', snapshot()).find(({ type }) => type === 'TCPWRAP')!;
      assert.equal(accepted.stack[0]!.functionName, '(started by)');
      assert.equal(accepted.stack[accepted.callerIndex]!.functionName, 'listen');
    });

    it('has nothing of them when they are closed', async () => {
      request('/hold');
      await until(() => held.length === 1);
      agent.destroy();
      server.closeAllConnections();
      const closed = once(server, 'close');
      server.close();
      await closed;
      await settled();
      expectMade('listen', snapshot(), []);
      server = createServer();
      await once(listen(), 'listening');
    });
  });

  it('has sockets without HTTP as open, and one that connects as pending', async () => {
    const server = createTcpServer();
    function listen(): void {
      server.listen(0);
    }
    listen();
    await once(server, 'listening');
    function connectTo(): ReturnType<typeof connect> {
      return connect((server.address() as AddressInfo).port, '127.0.0.1');
    }
    const socket = connectTo();
    assert.ok(listOf('connectTo', snapshot()).includes('1 TCP socket pending'));
    await Promise.all([once(socket, 'connect'), once(server, 'connection')]);
    await settled();
    expectMade('connectTo', snapshot(), ['1 TCP socket open']);
    expectMade('listen', snapshot(), ['1 TCP server listening', '1 TCP socket open']);
    socket.destroy();
    server.close();
    await once(server, 'close');
    await settled();
    expectMade('connectTo', snapshot(), []);
    expectMade('listen', snapshot(), []);
  });

  it('has child processes, workers, watchers and UDP sockets until they are closed', async () => {
    function make() {
      return {
        udp: createSocket('udp4').bind(0),
        watcher: watch(tmpdir(), nothing),
        child: spawn('sleep', ['60'], { stdio: 'ignore' }),
        worker: new Worker('setInterval(() => {}, 1e6)', { eval: true }),
      };
    }
    const { udp, watcher, child, worker } = make();
    await Promise.all([once(udp, 'listening'), once(worker, 'online'), once(child, 'spawn')]);
    const lines = listOf('make', snapshot());
    for (const what of ['child process', 'worker thread', 'file watcher', 'UDP socket']) {
      assert.ok(lines.includes(`1 ${what} open`), `${what} in ${lines.join()}`);
    }
    watcher.close();
    udp.close();
    child.kill();
    await Promise.all([
      worker.terminate(),
      child.exitCode === null && child.signalCode === null && once(child, 'exit'),
    ]);
    await settled();
    const left = listOf('make', snapshot());
    assert.deepEqual(
      left.filter((line) => /child|worker thread|watcher|UDP/.test(line)),
      [],
    );
  });

  it('keeps as many frames as it is to, from the leaf', () => {
    profiler.stop();
    profiler = new TaskProfiler({ maxStackDepth: 4, resources: { sampling: 'all' } });
    profiler.start();
    function setDeep(depth: number): NodeJS.Timeout {
      return depth === 0 ? setTimeout(nothing, 60_000) : setDeep(depth - 1);
    }
    const timer = setDeep(40);
    const [sample] = madeBy('setDeep', snapshot());
    assert.deepEqual(
      sample!.stack.map(({ functionName }) => functionName),
      ['setTimeout', 'setDeep', 'setDeep', 'setDeep'],
    );
    clearTimeout(timer);
  });

  it('has no resources of others that bear names of Node.js', () => {
    function imitate(): AsyncResource[] {
      return ['Timeout', 'Immediate', 'TCPWRAP', 'FSREQCALLBACK'].map((type) => new AsyncResource(type));
    }
    const imitations = imitate();
    expectMade('imitate', snapshot(), []);
    assert.equal(imitations.length, 4);
  });
});
