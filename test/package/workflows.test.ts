import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const fileAt = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const FOLDER = fileAt('.github/workflows/');

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly uses?: string;
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflow = (name: string): Workflow => parse(readFileSync(join(FOLDER, name), 'utf8')) as Workflow;
const commandsOf = ({ steps = [] }: Job): string[] => steps.flatMap(({ run }) => run ?? []);

describe('the workflows', () => {
  const ci = workflow('ci.yml');
  const release = workflow('release.yml');

  it('may read the repository, and where it is published ask for an identity, and nothing else', () => {
    assert.deepEqual(readdirSync(FOLDER).toSorted(), ['ci.yml', 'release.yml']);
    for (const { permissions } of [ci, release]) assert.deepEqual(permissions, { contents: 'read' });
    const jobs = [ci, release].flatMap((one) => Object.entries(one.jobs));
    const allowed = jobs.filter(([, { permissions }]) => permissions).map(([name, job]) => [name, job.permissions]);
    assert.deepEqual(allowed, [['publish', { contents: 'read', 'id-token': 'write' }]]);
  });

  it('need no secret', () => {
    for (const name of readdirSync(FOLDER)) assert.doesNotMatch(readFileSync(join(FOLDER, name), 'utf8'), /secrets\./);
  });

  it('use actions of GitHub alone, of one major version', () => {
    const used = [ci, release].flatMap(({ jobs }) =>
      Object.values(jobs).flatMap(({ steps = [] }) => steps.flatMap(({ uses }) => uses ?? [])),
    );
    assert.ok(used.length > 0);
    for (const action of used) assert.match(action, /^actions\/[a-z-]+@v\d+$/);
  });

  it('run what CI runs, and publish only behind it', () => {
    assert.deepEqual(commandsOf(ci.jobs.test!), ['.ci/run']);
    assert.equal(release.jobs.test!.uses, './.github/workflows/ci.yml');
    const publish = release.jobs.publish!;
    assert.equal(publish.needs, 'test');
    const commands = commandsOf(publish);
    assert.match(commands[0]!, /^node scripts\/check-release\.mjs "\$GITHUB_REF_NAME" /);
    assert.match(commands.at(-1)!, /^npm publish /);
    for (const [script] of commands.join('\n').matchAll(/scripts\/\S+/g)) assert.ok(existsSync(fileAt(script)), script);
  });
});

describe('check-release', () => {
  const REPOSITORY = 'https://host.example/owner/name';
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'taskprof-release-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function check(
    tag: string,
    changelog: string,
    url = `git+${REPOSITORY}.git`,
  ): { status: number | null; stderr: string } {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ version: '1.2.3', repository: { url } }));
    writeFileSync(join(folder, 'CHANGELOG.md'), `# Changelog\n\n## ${changelog}\n\nText.\n\n## 1.2.2 (2026-01-01)\n`);
    const args = [fileAt('scripts/check-release.mjs'), tag, REPOSITORY];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    return { status, stderr };
  }

  it('lets a version through that tag, changelog and repository agree on', () => {
    assert.deepEqual(check('v1.2.3', '1.2.3 (2026-02-01)'), { status: 0, stderr: '' });
  });

  for (const [what, told, tag, changelog, url] of [
    ['the tag of another version', /the tag is v1\.2\.4, but the version/, 'v1.2.4', '1.2.3 (2026-02-01)'],
    ['a changelog without a date', /CHANGELOG\.md has "1\.2\.3 \(unreleased\)" first/, 'v1.2.3', '1.2.3 (unreleased)'],
    ['a changelog of another version', /CHANGELOG\.md has "1\.2\.2 /, 'v1.2.3', '1.2.2 (2026-02-01)'],
    ['another repository', /repository\.url in package\.json is git\+x/, 'v1.2.3', '1.2.3 (2026-02-01)', 'git+x'],
  ] as const) {
    it(`stops ${what}`, () => {
      const { status, stderr } = check(tag, changelog, url);
      assert.match(stderr, told);
      assert.equal(stderr.trim().split('\n').length, 1);
      assert.equal(status, 1);
    });
  }
});
