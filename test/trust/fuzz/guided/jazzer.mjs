// Jazzer.js: libFuzzer for Node.js. It puts counters into the code, and changes inputs such that they reach more of it.
import { createRequire, register } from 'node:module';
import { linkToOlder } from './link-to-older.mjs';

const require = createRequire(import.meta.url);

/** Has all modules of `src` that are loaded from now on count what runs of them. Throws where Jazzer does not run on this system. */
export async function instrument(seed) {
  loadAddon();
  const { registerGlobals, initFuzzing } = require('@jazzer.js/core');
  const { registerEsmLoaderHooks } = require('@jazzer.js/instrumentor');
  const options = optionsOf({
    ...{ includes: ['/src/'], excludes: ['node_modules'] },
    // What is in the tests connects to what they listen at.
    disableBugDetectors: ['ssrf'],
    fuzzerOptions: [`-seed=${seed}`],
  });
  registerGlobals(options);
  const instrumentor = await initFuzzing(options);
  register('./strip-types.mjs', import.meta.url);
  registerEsmLoaderHooks(instrumentor);
  instrumentor.sendHooksToLoader();
}

/** Gives `take` inputs, until one is a finding: gives that. Each may take `timeoutMillis`. */
export async function fuzz(take, { isAsync, timeoutMillis, fuzzerOptions }) {
  const { asFindingAwareFuzzFn, startFuzzingNoInit } = require('@jazzer.js/core');
  const options = optionsOf({ sync: !isAsync, timeout: timeoutMillis, fuzzerOptions });
  return (await startFuzzingNoInit(asFindingAwareFuzzFn(take), options)).error;
}

function optionsOf(options) {
  const { OptionsManager, OptionSource } = require('@jazzer.js/core');
  return new OptionsManager(OptionSource.DefaultCLIOptions).merge(options, OptionSource.CommandLineArguments);
}

function loadAddon() {
  try {
    require('@jazzer.js/fuzzer');
  } catch (error) {
    if (error.code !== 'ERR_DLOPEN_FAILED' || !/version `GLIBC/.test(error.message)) throw error;
    linkToOlder(require.resolve(`@jazzer.js/fuzzer/prebuilds/fuzzer-${process.platform}-${process.arch}.node`));
    require('@jazzer.js/fuzzer');
  }
}
