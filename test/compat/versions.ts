/** Versions of SDK 2 that must work, with what else has to fit to them. */
export const SDK_2 = {
  'the first SDK 2': {
    '@opentelemetry/api': '1.9.0',
    '@opentelemetry/resources': '2.0.0',
    '@opentelemetry/sdk-node': '0.200.0',
  },
  'the last SDK 2': {
    '@opentelemetry/api': '1.9.1',
    '@opentelemetry/auto-instrumentations-node': '0.81.2',
    '@opentelemetry/resources': '2.12.0',
    '@opentelemetry/sdk-node': '0.223.0',
  },
} as const;
