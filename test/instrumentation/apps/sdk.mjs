import { NodeSDK } from '@opentelemetry/sdk-node';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { TaskProfilerInstrumentation } from 'otel-taskprof';
import work from './work.cjs';

// Answers later than the application has work.
const slowDetector = {
  detect: () => ({ attributes: { 'cloud.region': new Promise((resolve) => setTimeout(resolve, 300, 'eu-1')) } }),
};

const SETUPS = {
  default: {},
  named: { serviceName: 'named-in-code' },
  resource: { resource: resourceFromAttributes({ 'service.name': 'explicit', 'deployment.environment.name': 'test' }) },
  undetected: { resource: resourceFromAttributes({ 'service.name': 'explicit' }), autoDetectResources: false },
  detector: { resourceDetectors: [slowDetector] },
};

const sdk = new NodeSDK({
  ...SETUPS[process.env.APP_SETUP ?? 'default'],
  instrumentations: process.env.APP_PROFILER === 'none' ? [] : [new TaskProfilerInstrumentation()],
});
sdk.start();

work.work();
work.end(() => sdk.shutdown());
