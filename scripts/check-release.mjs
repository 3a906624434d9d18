// What has to fit before a release, in the folder of the package: `node check-release.mjs TAG REPOSITORY-URL`. Says all that does not, and
// ends with 1 then.
import { readFileSync } from 'node:fs';

const [tag, repository] = process.argv.slice(2);
const { version, repository: { url } = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
const [, newest] = /^## (.+)$/m.exec(readFileSync('CHANGELOG.md', 'utf8')) ?? [];

const problems = [];
if (tag !== `v${version}`) problems.push(`the tag is ${tag}, but the version in package.json ${version}`);
if (newest?.replace(/\d{4}-\d\d-\d\d/, 'DATE') !== `${version} (DATE)`)
  problems.push(`CHANGELOG.md has "${newest}" first, and not "${version} (YYYY-MM-DD)"`);
if (url !== `git+${repository}.git`)
  problems.push(`repository.url in package.json is ${url}, but what is released git+${repository}.git`);

for (const problem of problems) console.error(`not to be released: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
