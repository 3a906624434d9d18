// Builds dist from nothing, so that no file of an earlier build stays in the package.
import { rmSync } from 'node:fs';
import { buildModules } from './build-modules.mjs';
import { buildPage } from './build-page.mjs';

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
await buildModules();
await buildPage();
