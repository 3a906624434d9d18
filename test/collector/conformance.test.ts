import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkTables, decodeRaw } from '../../examples/receiver/decode.ts';
import { startOtlpServer } from '../support/otlp-server.ts';
import { stopAll } from './processes.ts';
import { profcheck, profcheckProgram } from './profcheck.ts';
import { OWN_RUNTIME } from './runtimes.ts';
import { runService } from './service.ts';

const INSTALL_TIMEOUT_MILLIS = 300_000;

describe('the bodies that a service sends', () => {
  let bodies: Buffer[];

  before(async () => {
    const server = await startOtlpServer();
    try {
      await runService(OWN_RUNTIME, { OTEL_EXPORTER_OTLP_ENDPOINT: new URL(server.url).origin });
    } finally {
      await stopAll();
      await server.close();
    }
    bodies = server.requests.filter(({ path }) => path === '/v1development/profiles').map(({ body }) => body);
    assert.ok(bodies.length > 2);
  });

  it('keep every rule of OTLP profiles that this project knows', () => {
    for (const body of bodies) assert.deepEqual(checkTables(decodeRaw(body)), []);
  });

  it('pass profcheck, duplicates and orphans included', async function () {
    this.timeout(INSTALL_TIMEOUT_MILLIS);
    const program = await profcheckProgram().catch((error: unknown) => {
      process.stdout.write(
        `      profcheck cannot be had; PROFCHECK may name a program file. ${(error as Error).message}\n`,
      );
      return this.skip();
    });
    const folder = mkdtempSync(join(tmpdir(), 'taskprof-profcheck-'));
    try {
      for (const [n, body] of bodies.entries()) {
        const file = join(folder, `${n}.otlp`);
        writeFileSync(file, body);
        assert.equal(await profcheck(program, file), 'conformance checks passed');
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
