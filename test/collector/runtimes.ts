import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SDK_2 } from '../compat/versions.ts';
import { npmProject } from '../package/npm-project.ts';
import { NODE_MAJORS, nodeProgram } from '../support/node-programs.ts';

/** A Node and an OpenTelemetry SDK that the service runs on. */
export interface Runtime {
  readonly name: string;
  /** The program file of Node. */
  readonly node: string;
  /** The service, where the SDK is found from. */
  readonly app: string;
}

const APP = fileURLToPath(new URL('app/', import.meta.url));

/** This process's Node with the SDK of this project, which is 3. */
export const OWN_RUNTIME: Runtime = { name: 'SDK 3', node: process.execPath, app: join(APP, 'service.mjs') };

/** Every Node that is supported, with SDK 3 and with the last SDK 2. What is missing is installed, into the cache. */
export function allRuntimes(): Runtime[] {
  const sdks = { 'SDK 3': OWN_RUNTIME.app, 'the last SDK 2': appBeside('the last SDK 2') };
  return NODE_MAJORS.flatMap((major) =>
    Object.entries(sdks).map(([sdk, app]) => ({ name: `${sdk} on Node ${major}`, node: nodeProgram(major), app })),
  );
}

/** The names of `allRuntimes()`, known before anything is installed. */
export const RUNTIME_NAMES = NODE_MAJORS.flatMap((major) =>
  ['SDK 3', 'the last SDK 2'].map((sdk) => `${sdk} on Node ${major}`),
);

function appBeside(sdk: keyof typeof SDK_2): string {
  const folder = npmProject(sdk.replaceAll(' ', '-'), SDK_2[sdk]);
  cpSync(APP, join(folder, 'collector-app'), { recursive: true });
  return join(folder, 'collector-app/service.mjs');
}
