import { startViewer } from '../../src/viewer/viewer.ts';
import { decodeProfiles, type DecodedProfiles, decodeTraces } from '../receiver/decode.ts';
import type { SpanStore } from '../receiver/span-store.ts';

/** `taskprof view`, which hands on what it receives to the table in the terminal as well. */
export async function startDemoViewer(
  spans: SpanStore,
  onProfiles: (request: DecodedProfiles) => void,
): Promise<{ url: string; stop: () => Promise<void> }> {
  return await startViewer({
    port: 0,
    grpcPort: false,
    // The service's exporters send profiles as protobuf and traces as JSON.
    onReceived(signal, _, message) {
      if (signal === 'profiles') onProfiles(decodeProfiles(message));
      else for (const span of decodeTraces(message).flatMap((resource) => resource.spans)) spans.add(span);
    },
  });
}
