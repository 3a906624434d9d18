import assert from 'node:assert/strict';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { pprofToProfiles } from '../../src/encode/pprof-import.ts';
import { withOriginalPayload } from '../../src/export/original-payload.ts';
import { modelOfOtlp } from '../support/otlp-model.ts';
import { profile, profilesData } from '../support/profiles-data.ts';
import { RecordingExporter } from '../support/recording-exporter.ts';

describe('withOriginalPayload', () => {
  it('gives each profile its pprof, which arrives over OTLP', async () => {
    const inner = new RecordingExporter();
    const exporter = withOriginalPayload(inner);
    const sent = [profile(), profile({ sampleType: { type: 'wait', unit: 'nanoseconds' } })];
    assert.deepEqual(await exporter.export(profilesData(...sent)), { status: 'success' });
    const { profiles } = modelOfOtlp(encodeOtlpProtobuf(inner.exports[0]!));
    for (const [index, { originalPayload }] of profiles.entries()) {
      assert.equal(originalPayload?.format, 'pprof');
      const { data } = pprofToProfiles(originalPayload.bytes, { frameType: 'v8js' });
      assert.deepEqual(data.profiles, [sent[index]]);
    }
  });

  it('leaves a payload that is there', async () => {
    const inner = new RecordingExporter();
    const originalPayload = { format: 'jfr', bytes: Uint8Array.of(1, 2) };
    await withOriginalPayload(inner).export(profilesData(profile({ originalPayload })));
    assert.equal(inner.exports[0]!.profiles[0]!.originalPayload, originalPayload);
  });

  it('flushes and shuts down what it wraps', async () => {
    const inner = new RecordingExporter();
    const exporter = withOriginalPayload(inner);
    await exporter.forceFlush();
    await exporter.shutdown();
    assert.deepEqual(inner.calls, ['flush', 'shutdown']);
  });
});
