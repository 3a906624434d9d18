/** This package as the instrumentation scope of what it exports. */
export const INSTRUMENTATION_SCOPE: { readonly name: string; readonly version: string } = Object.freeze({
  name: 'otel-taskprof',
  // A test holds that it is the package's.
  version: '0.1.0',
});
