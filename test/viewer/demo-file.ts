import { fixture } from '../support/child.ts';

/** What the demo sent, recorded by record-demo.ts: OTLP in JSON, a message on each line. */
export const DEMO_FILE = fixture('viewer/demo.jsonl.gz');
