import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { OtlpProtocol } from '../../src/config/otlp-options.ts';
import { OtlpProfileExporter } from '../../src/export/otlp-exporter.ts';
import type { ProfilesData } from '../../src/profile/model.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { profile, profilesData } from '../support/profiles-data.ts';
import { until } from '../support/settled.ts';

const RECEIVER = fileURLToPath(new URL('../fixtures/receiver-process.ts', import.meta.url));
const MEBIBYTE = 2 ** 20;
const TIMEOUT_MILLIS = 3_000;

/** A receiver in a process of its own. */
class ReceiverProcess {
  readonly port: Promise<number>;
  requests = 0;
  readonly #child: ChildProcess;

  constructor(protocol: OtlpProtocol, port = 0) {
    this.#child = spawn(process.execPath, [RECEIVER, protocol, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: this.#child.stdout! });
    lines.on('line', (line) => (this.requests += Number(line === 'request')));
    this.port = once(lines, 'line').then(([line]) => Number(line));
  }

  /** As an out-of-memory killer does it: no connection is ended properly by the process itself. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }
}

/** A new message of a mebibyte. */
function large(): ProfilesData {
  return profilesData(profile({ attributes: { padding: 'x'.repeat(MEBIBYTE) } }));
}

function heldBytes(): number {
  gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

for (const protocol of ['http/protobuf', 'http/json', 'grpc'] satisfies OtlpProtocol[]) {
  describe(`OtlpProfileExporter over ${protocol} and a receiver that is killed and comes back`, () => {
    let receiver: ReceiverProcess;
    let exporter: OtlpProfileExporter;
    let diagLines: DiagLines;
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);

    beforeEach(async () => {
      diagLines = recordDiag();
      process.on('warning', onWarning);
      receiver = new ReceiverProcess(protocol);
      const url = `http://127.0.0.1:${await receiver.port}`;
      exporter = new OtlpProfileExporter({ protocol, url, timeoutMillis: TIMEOUT_MILLIS });
    });

    afterEach(async () => {
      diagLines.stop();
      await exporter.shutdown();
      await receiver.kill();
      process.off('warning', onWarning);
      assert.deepEqual(warnings.splice(0), []);
    });

    it('counts what is lost, holds a bounded amount meanwhile, and sends again afterwards', async function () {
      this.timeout(60_000);
      let exports = 0;
      const load = setInterval(() => {
        exports++;
        void exporter.export(large());
      }, 10);
      await until(() => exporter.counts.sent >= 5);
      const taken = receiver.requests;
      const before = heldBytes();

      const port = await receiver.port;
      await receiver.kill();
      await until(() => exporter.counts.failed >= 4 && exporter.counts.dropped >= 100);
      // Four requests of a mebibyte, each a few times over on its way; a hundred were dropped.
      assert.ok(heldBytes() - before < 40 * MEBIBYTE, `${(heldBytes() - before) / MEBIBYTE} MiB`);

      const sentBefore = exporter.counts.sent;
      receiver = new ReceiverProcess(protocol, port);
      await until(() => exporter.counts.sent >= sentBefore + 5);
      clearInterval(load);
      await exporter.shutdown();

      const { sent, failed, dropped, retried, lostByReason } = exporter.counts;
      assert.equal(sent + failed + dropped, exports);
      assert.ok(retried > 0);
      assert.equal(
        Object.values(lostByReason).reduce((sum, count) => sum + count),
        failed + dropped,
      );
      assert.ok(taken > 0);
      // The receiver's own account comes from its process, behind its answers.
      await until(() => receiver.requests >= sent - sentBefore);
      assert.match(diagLines.lines.join('\n'), /info .*profiles arrive at .* again/);
    });
  });
}
