import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import express from 'express';
import fastify from 'fastify';
import { type DebugHandler, TaskProfiler, createDebugHandler } from '../../src/index.ts';
import { httpGet } from '../support/http-get.ts';
import { listening } from '../support/listening.ts';
import { gate, settled } from '../support/settled.ts';

async function waitsForGate(open: Promise<void>): Promise<void> {
  await open;
}

interface Mounted {
  readonly url: string;
  readonly close: () => Promise<unknown>;
}

const FRAMEWORKS: Readonly<Record<string, (handler: DebugHandler) => Promise<Mounted>>> = {
  'node:http': (handler) =>
    listening(
      createServer((request, response) => {
        if (request.url?.startsWith('/debug/tasks') === true) handler(request, response);
        else response.end('of the application');
      }),
    ),
  'Express 5': (handler) => {
    const app = express();
    app.use('/debug/tasks', handler);
    app.use((_request, response) => void response.send('of the application'));
    return listening(createServer(app));
  },
  'Fastify 5': async (handler) => {
    const app = fastify();
    app.get('/debug/tasks', (request, reply) => {
      reply.hijack();
      handler(request.raw, reply.raw);
    });
    app.get('/', () => 'of the application');
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return { url, close: () => app.close() };
  },
};

describe('createDebugHandler in', () => {
  const open = gate();
  let profiler: TaskProfiler;

  before(async () => {
    profiler = new TaskProfiler({ sampling: 'all' });
    profiler.start();
    for (let i = 0; i < 2; i++) void waitsForGate(open.promise);
    await settled();
  });

  after(() => {
    profiler.stop();
    open.open();
  });

  for (const [name, mount] of Object.entries(FRAMEWORKS)) {
    it(`${name} answers with the tasks, and leaves the rest to the application`, async () => {
      const { url, close } = await mount(createDebugHandler(profiler, { token: 'secret' }));
      try {
        const headers = { authorization: 'Bearer secret' };
        const { status, text } = await httpGet(`${url}/debug/tasks?debug=1&matching=waitsForGate`, { headers });
        assert.equal(status, 200);
        assert.match(
          text,
          /^2 tasks, 100\.0 %, oldest .*\n {4}await in waitsForGate .*frameworks\.test\.ts:\d+:\d+\n/m,
        );
        assert.equal(
          (await httpGet(`${url}/debug/tasks?debug=7`, { headers })).text,
          'debug must be 1 or 2, got "7"\n',
        );
        assert.equal((await httpGet(`${url}/debug/tasks`)).status, 401);
        assert.equal((await httpGet(`${url}/`)).text, 'of the application');
      } finally {
        await close();
      }
    });
  }

  it('Express 5 answers under any path that it is mounted at, and only there', async () => {
    const app = express();
    app.use('/internal', createDebugHandler(profiler));
    const { url, close } = await listening(createServer(app));
    try {
      assert.equal((await httpGet(`${url}/internal?debug=1`)).status, 200);
      const { status, text } = await httpGet(`${url}/internal/more`);
      assert.equal(status, 404);
      assert.equal(text, 'there is nothing at "/internal/more"\n');
    } finally {
      await close();
    }
  });
});
