import { startNodeSdk } from '@opentelemetry/sdk-node';
import { TaskProfilerInstrumentation } from 'otel-taskprof';
import work from './work.cjs';

const sdk = startNodeSdk({ instrumentations: [new TaskProfilerInstrumentation()] });

work.work();
work.end(() => sdk.shutdown());
