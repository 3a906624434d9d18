import { createRequire } from 'node:module';
import type * as ZeroCode from './zero-code.ts';

// The entry point of `node --import otel-taskprof/register app.js` (`--require` as well). Everything is loaded from inside the
// `try`: whatever is missing or broken, the application starts. `require`, because `import()` would let it start before us.
try {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const zeroCode = createRequire(import.meta.url)(`./zero-code${extension}`) as typeof ZeroCode;
  zeroCode.startZeroCode();
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.emitWarning(`otel-taskprof could not start, the application is not profiled: ${reason}`);
}
