const { NodeSDK } = require('@opentelemetry/sdk-node');
const { TaskProfilerInstrumentation } = require('otel-taskprof');
const { work, end } = require('./work.cjs');

const sdk = new NodeSDK({ instrumentations: [new TaskProfilerInstrumentation()] });
sdk.start();

work();
end(() => sdk.shutdown());
