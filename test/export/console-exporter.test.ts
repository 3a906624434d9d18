import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ConsoleProfileExporter } from '../../src/export/console-exporter.ts';
import { profileText } from '../../src/profile/text.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { profile, profilesData } from '../support/profiles-data.ts';

class TextStream extends Writable {
  text = '';
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

describe('ConsoleProfileExporter', () => {
  let diagLines: DiagLines;

  beforeEach(() => (diagLines = recordDiag()));
  afterEach(() => diagLines.stop());

  it('writes who is profiled, by what, and each profile as text', async () => {
    const stream = new TextStream();
    const exporter = new ConsoleProfileExporter({ stream });
    const [first, second] = [profile(), profile({ sampleType: { type: 'wait', unit: 'nanoseconds' } })];
    assert.deepEqual(await exporter.export(profilesData(first, second)), { status: 'success' });
    assert.equal(
      stream.text,
      `resource
  process.pid = 4711
  service.name = "shop"
scope otel-taskprof 1.2.3

${profileText(first)}
${profileText(second)}
`,
    );
    await exporter.shutdown();
    assert.equal(stream.writableEnded, false);
    assert.equal((await exporter.export(profilesData(first))).status, 'failure');
  });

  it('fails where the stream does, tells, and lets no error event go unheard', async () => {
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        done(new Error('the pipe is closed'));
      },
    });
    const exporter = new ConsoleProfileExporter({ stream });
    for (let i = 0; i < 2; i++) {
      const outcome = await exporter.export(profilesData(profile()));
      assert.equal(outcome.status, 'failure');
    }
    assert.match(diagLines.lines[0]!, /error .*the console: the pipe is closed/);
  });

  it('does not end a process whose standard output is closed', () => {
    const program = `
      import { ConsoleProfileExporter } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)};
      import { profile, profilesData } from ${JSON.stringify(new URL('../support/profiles-data.ts', import.meta.url).href)};
      const exporter = new ConsoleProfileExporter();
      let failures = 0;
      for (let i = 0; i < 200 && failures === 0; i++) {
        const { status } = await exporter.export(profilesData(profile()));
        if (status === 'failure') failures++;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      console.error('failures', failures);
    `;
    const node = JSON.stringify(process.execPath);
    const { stderr } = spawnSync(
      '/bin/sh',
      ['-c', `${node} --disable-warning=ExperimentalWarning --input-type=module -e "$PROGRAM" | true`],
      {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        env: { ...process.env, PROGRAM: program },
        encoding: 'utf8',
      },
    );
    assert.match(stderr, /failures 1/);
  });

  it('refuses what is no stream', () => {
    assert.throws(() => new ConsoleProfileExporter({ stream: {} as never }), { name: 'InvalidOptionError' });
  });
});
