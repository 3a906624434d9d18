import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { createDebugHandler, encodeOtlpProtobuf, TaskProfiler } from '../../src/index.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';
import { stopViewers, viewerForTest } from '../viewer/viewer-data.ts';
import { fuzz } from './fuzz/fuzz.ts';
import { nearly } from './fuzz/mutations.ts';
import { targets } from './fuzz/targets.ts';

/** `npm run fuzz` gives a million. */
const INPUTS = 300;
const SEED = 9;

describe('what others send', () => {
  for (const target of targets) {
    it(`is taken or refused: ${target.name}`, () => {
      const { taken } = fuzz(target, INPUTS, SEED);
      assert.ok(taken > 0, 'nothing gets through');
    });
  }

  it('gets an answer of the debug endpoint', async () => {
    const profiler = new TaskProfiler();
    profiler.start();
    const server = createServer(createDebugHandler(profiler, { path: '/', maxSeconds: 0.01, maxTasks: 10 }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const seeds = [
      '?debug=1&label=a=b',
      '?seconds=0.01&format=otlp',
      '?format=json&matching=a',
      '?timeline=1&seconds=0.01',
    ];
    await fc.assert(
      fc.asyncProperty(nearly(seeds.map((one) => Buffer.from(one))), async (query) => {
        const path = encodeURI(Buffer.from(query).toString('latin1')).replaceAll('#', '%23');
        const { status } = await fetch(`http://127.0.0.1:${port}/${path}`);
        assert.ok([200, 400, 404, 409, 413, 429, 501].includes(status), `${status} for ${path}`);
      }),
      { numRuns: 100, seed: SEED },
    );
    profiler.stop();
    server.close();
  });

  it('gets an answer of the receiver of the viewer', async () => {
    const { url } = await viewerForTest();
    const seed = encodeOtlpProtobuf(profilesData(profile({ samples: [sample({ stack: [frame('a')] })] })));
    await fc.assert(
      fc.asyncProperty(nearly([seed]), fc.constantFrom('profiles', 'traces'), async (body, signal) => {
        const path = signal === 'profiles' ? '/v1development/profiles' : '/v1/traces';
        const headers = { 'content-type': 'application/x-protobuf' };
        const { status } = await fetch(url + path, { method: 'POST', headers, body: Buffer.from(body) });
        assert.ok([200, 400].includes(status), `${status}`);
      }),
      { numRuns: 100, seed: SEED },
    );
    await stopViewers();
  });
});
