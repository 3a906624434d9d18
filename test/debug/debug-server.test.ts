import assert from 'node:assert/strict';
import type * as Http from 'node:http';
import { createRequire } from 'node:module';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { TracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { type DebugServer, TaskProfiler, startDebugServer } from '../../src/index.ts';
import { fixture, runNode } from '../support/child.ts';
import { httpGet } from '../support/http-get.ts';
import { listening } from '../support/listening.ts';

describe('startDebugServer', () => {
  const profiler = new TaskProfiler({ sampling: 'all' });
  let server: DebugServer;

  before(async () => {
    profiler.start();
    server = await startDebugServer(profiler, { port: 0 });
  });

  after(async () => {
    await server.close();
    profiler.stop();
  });

  it('answers at its URL, on the loopback', async () => {
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/debug\/tasks$/);
    assert.equal((await httpGet(`${server.url}?debug=1`)).status, 200);
  });

  it('takes IPv6 and another path', async () => {
    const other = await startDebugServer(profiler, { port: 0, host: '::1', path: '/tasks/' });
    assert.match(other.url, /^http:\/\/\[::1\]:\d+\/tasks$/);
    assert.equal((await httpGet(other.url)).status, 200);
    assert.equal((await httpGet(`${other.url}/`)).status, 200);
    await other.close();
  });

  it('throws for a host that others can reach', () => {
    assert.throws(() => startDebugServer(profiler, { host: '0.0.0.0' }), {
      name: 'InvalidOptionError',
      message: 'host must be an address of the loopback (localhost, 127.0.0.1 or ::1), got "0.0.0.0"',
    });
  });

  it('rejects where the port is taken', async () => {
    await assert.rejects(startDebugServer(profiler, { port: Number(new URL(server.url).port) }), {
      code: 'EADDRINUSE',
    });
  });

  it('does not answer a web page that gave its own name to the loopback', async () => {
    for (const host of ['evil.example', 'evil.example:6060', '10.0.0.1', 'a b']) {
      const { status, text } = await httpGet(server.url, { headers: { host } });
      assert.equal(status, 403);
      assert.equal(text, `Host must be one of this machine's loopback, got ${JSON.stringify(host)}\n`);
    }
    for (const host of ['localhost:8080', '127.0.0.1', '[::1]:6060']) {
      assert.equal((await httpGet(server.url, { headers: { host } })).status, 200);
    }
  });

  it('does nothing for pages of other sites, which may link to it', async () => {
    const from = async (headers: Record<string, string>) => (await httpGet(server.url, { headers })).status;
    const link = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    for (const site of ['cross-site', 'same-site']) {
      assert.equal(await from({ 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }), 403);
      assert.equal(await from({ 'sec-fetch-site': site, ...link, 'sec-fetch-dest': 'iframe' }), 403);
      assert.equal(await from({ 'sec-fetch-site': site, ...link }), 200);
    }
    for (const site of ['same-origin', 'none']) assert.equal(await from({ 'sec-fetch-site': site }), 200);
  });

  it('is closed for good', async () => {
    const other = await startDebugServer(profiler, { port: 0 });
    await other.close();
    await assert.rejects(httpGet(other.url), { code: 'ECONNREFUSED' });
  });

  it('makes no spans, whatever instruments HTTP', async () => {
    const exporter = new InMemorySpanExporter();
    const instrumentation = new HttpInstrumentation({ disableOutgoingRequestInstrumentation: true });
    instrumentation.setTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
    try {
      const { createServer } = createRequire(import.meta.url)('http') as typeof Http;
      const instrumented = createServer((_request, response) => response.end());
      const { url, close } = await listening(instrumented);
      await httpGet(url);
      await close();
      assert.equal(exporter.getFinishedSpans().length, 1);
      await httpGet(`${server.url}?debug=1`);
      assert.equal(exporter.getFinishedSpans().length, 1);
    } finally {
      instrumentation.disable();
    }
  });

  it('keeps no process alive', async () => {
    const { exitCode, stdout } = await runNode([fixture('debug/unreferenced-server.ts')]);
    assert.equal(stdout, '200 then the end\n');
    assert.equal(exitCode, 0);
  });
});
