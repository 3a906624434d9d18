import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { readTelemetry } from '../../src/cli/read-telemetry.ts';
import type { ProfilesData } from '../../src/profile/model.ts';
import { startViewer, type Viewer } from '../../src/viewer/viewer.ts';
import { frame } from '../support/profiles-data.ts';
import { openPage, startBrowser, type TestPage } from './browser.ts';
import { DEMO_FILE } from './demo-file.ts';
import {
  messageOf,
  SECOND,
  SPAN,
  span,
  START,
  stopViewers,
  tasks,
  tasksAt,
  TRACE,
  viewerForTest,
} from './viewer-data.ts';

/** Where pictures for the documents go; only where they are wanted. */
const PICTURES =
  process.env.TASKPROF_PICTURES === '1' ? fileURLToPath(new URL('../../docs/view/', import.meta.url)) : undefined;

// The page is the same on every Node, and its tests cost time: they run on one.
const isTested = process.version.startsWith('v24.');

/** Asks again and again; the test's own limit ends it. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await setImmediate();
}

describe('the page of taskprof view', function () {
  this.timeout(60_000);
  let browser: Browser;
  let demo: Viewer;
  const opened: TestPage[] = [];

  before(async function () {
    if (!isTested) this.skip();
    browser = await startBrowser();
    demo = await viewerForTest();
    const { profiles, spans } = readTelemetry(gunzipSync(readFileSync(DEMO_FILE)), DEMO_FILE);
    demo.store.addProfiles(profiles);
    demo.store.addSpans(spans);
  });
  after(async () => {
    await stopViewers();
    if (isTested) await browser.close();
  });
  afterEach(async () => {
    for (const { page, problems, strangers } of opened.splice(0)) {
      await page.context().close();
      assert.deepEqual(problems, [], 'nothing is wrong on the console');
      assert.deepEqual(strangers, [], 'no other host is asked');
    }
  });

  async function open(
    path = '',
    { viewer = demo, ...options }: BrowserContextOptions & { viewer?: Viewer } = {},
  ): Promise<Page> {
    const test = await openPage(browser, `${viewer.url}/${path}`, options);
    opened.push(test);
    return test.page;
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: `${PICTURES}${name}.png` });
  }

  /** By how much the page is wider than the window. */
  const overflow = async (page: Page): Promise<number> =>
    Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'));

  const ground = async (page: Page): Promise<string> =>
    String(await page.evaluate('getComputedStyle(document.body).backgroundColor'));

  const frames = (page: Page) => page.locator('.flame g');
  const chip = (page: Page, text: string) => page.locator('.chip', { hasText: text });

  it('shows tasks over time and a flame graph; a frame that is clicked filters everything, and back takes it away', async () => {
    const page = await open();
    await page.getByText(/tasks on average, \d+ stacks of 4 profiles/).waitFor();
    await page.locator('.legend li').nth(2).waitFor();
    const all = await frames(page).count();
    await picture(page, 'flame');
    await frames(page).filter({ hasText: 'checkout' }).first().click();
    await chip(page, 'checkout demo/routes.ts').waitFor();
    await until(async () => (await frames(page).count()) < all);
    assert.match(page.url(), /frame=checkout/);
    await page.getByRole('tab', { name: 'Tasks' }).click();
    await page.locator('tbody tr').first().waitFor();
    for (const label of await page.locator('tbody tr td[data-title=Labels]').allInnerTexts())
      assert.match(label, /\/checkout/);
    await page.goBack();
    await page.goBack();
    await chip(page, 'checkout').waitFor({ state: 'detached' });
    await until(async () => (await frames(page).count()) === all);
  });

  it('turns the flame graph over, and shows it as a table of functions', async () => {
    const page = await open();
    const topOf = async (name: string): Promise<number> =>
      (await frames(page).filter({ hasText: name }).first().boundingBox())?.y ?? NaN;
    await frames(page).filter({ hasText: 'listOrders' }).first().waitFor();
    assert.ok((await topOf('listOrders')) > (await topOf('all')));
    await page.getByRole('button', { name: 'Flame', exact: true }).click();
    await page.waitForURL(/layout=flame/);
    await until(async () => (await topOf('listOrders')) < (await topOf('all')));
    await page.getByRole('tab', { name: 'Functions' }).click();
    const table = page.getByRole('table', { name: 'Functions' });
    await table.getByRole('button', { name: 'listOrders' }).waitFor();
    await table.getByRole('button', { name: 'Self' }).click();
    assert.equal(await table.locator('th[aria-sort=descending]').innerText(), 'Self ▼');
  });

  it('finds what is searched for while it is typed, and filters by it when it is entered', async () => {
    const page = await open();
    await frames(page).first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('searchpro');
    await page.getByText(/% found/).waitFor();
    assert.ok((await page.locator('.flame rect[fill="#d6409f"]').count()) >= 1);
    await page.keyboard.press('Enter');
    await chip(page, 'contains searchpro').waitFor();
    await page.getByText(/1 stack of 4 profiles/).waitFor();
    await page.getByRole('button', { name: 'Remove the filter contains searchpro' }).click();
    await page.getByText(/1\d stacks of 4 profiles/).waitFor();
  });

  it('can be used with the keyboard alone', async () => {
    const page = await open();
    await frames(page).filter({ hasText: 'listOrders' }).first().waitFor();
    await page.locator('.plot').focus();
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL(/from=/);
    await page.getByText(/stacks of 1 profile$/).waitFor();
    await page.keyboard.press('Escape');
    await page.getByText(/stacks of 4 profiles/).waitFor();
    await page.getByRole('tab', { selected: true }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: 'Functions', selected: true }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await frames(page).filter({ hasText: 'listOrders' }).first().waitFor();
    await page.locator('.flame').focus();
    await page.keyboard.press('ArrowDown');
    const details = page.locator('#flame-details');
    await details.getByText(/^listOrders: /).waitFor();
    await page.keyboard.press('ArrowRight');
    await details.getByText(/^listOrders: /).waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('z');
    await page.locator('.flame .fade').first().waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.flame .fade').first().waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    await chip(page, 'listOrders').waitFor();
  });

  it('chooses a range where the chart is dragged, a moment where it is clicked', async () => {
    const page = await open();
    await page.locator('.u-over').waitFor();
    await page.getByText(/stacks of 4 profiles/).waitFor();
    const box = (await page.locator('.u-over').boundingBox())!;
    const at = (part: number): [number, number] => [box.x + part * box.width, box.y + box.height / 2];
    await page.mouse.move(...at(0.55));
    await page.mouse.down();
    await page.mouse.move(...at(0.95), { steps: 4 });
    await page.mouse.up();
    await page.getByText(/stacks of 2 profiles/).waitFor();
    await page.mouse.click(...at(0.9));
    await page.getByText(/stacks of 1 profile$/).waitFor();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await page.getByText(/stacks of 4 profiles/).waitFor();
  });

  it('leads from a task to its trace and from the span back to its tasks', async () => {
    const page = await open('?view=tasks');
    const row = page.locator('tbody tr', { hasText: 'POST /checkout' }).first();
    await row.waitFor();
    await picture(page, 'tasks');
    await row.locator('summary').click();
    await row.locator('.await').waitFor();
    await row.getByRole('button', { name: 'POST /checkout' }).click();
    const root = page.locator('.waterfall li.selected');
    await root.getByText('Parked in it').waitFor();
    assert.match(await root.innerText(), /POST \/checkout[^]*await/);
    assert.ok((await page.locator('.waterfall > li').count()) >= 2);
    assert.ok((await page.locator('rect.park').count()) >= 1);
    await picture(page, 'trace');
    await page.getByRole('button', { name: 'Tasks of this trace' }).click();
    await page.locator('tbody tr', { hasText: 'POST /checkout' }).first().waitFor();
    await page.locator('.chip', { hasText: 'trace' }).waitFor();
  });

  it('lists traces, and sorts them', async () => {
    const page = await open('?view=traces');
    await page.locator('tbody tr').nth(5).waitFor();
    await page.getByRole('button', { name: 'Duration' }).click();
    await page.waitForURL(/sort=duration/);
    await page.locator('th[aria-sort=descending]', { hasText: 'Duration' }).waitFor();
    await page.locator('tbody tr .link').first().click();
    await page.locator('.waterfall').waitFor();
    await page.goBack();
    await page.locator('tbody tr').nth(5).waitFor();
  });

  it('compares two ranges as a flame graph and a table', async () => {
    const page = await open('?view=compare');
    await page.locator('.flame.difference g').nth(4).waitFor();
    await page.getByRole('table', { name: 'Functions' }).locator('.more').first().waitFor();
    await picture(page, 'compare');
    const before = await page.locator('.sideB b').innerText();
    await page.locator('.sideB button').click();
    const box = (await page.locator('.u-over').boundingBox())!;
    await page.mouse.click(box.x + 0.1 * box.width, box.y + box.height / 2);
    await page.waitForURL(/other\.from=/);
    await until(async () => (await page.locator('.sideB b').innerText()) !== before);
  });

  it('compares within a trace', async () => {
    const viewer = await viewerForTest();
    const inTrace = tasks(2, 'acquire handle', { link: { traceId: TRACE, spanId: SPAN } });
    for (const service of ['shop', 'mail'])
      viewer.store.addProfiles([messageOf(service, tasksAt(0, inTrace, tasks(3, 'send handle')))]);
    const page = await open(`?view=compare&service=shop&other.service=mail&inTrace=${TRACE}`, { viewer });
    for (const side of ['A', 'B']) await page.locator(`.side${side} b`, { hasText: '2' }).waitFor();
  });

  it('compares two services', async () => {
    const viewer = await viewerForTest();
    viewer.store.addProfiles([
      messageOf('shop', tasksAt(0, tasks(6, 'acquire handle'))),
      messageOf('mail', tasksAt(0, tasks(2, 'acquire handle'), tasks(3, 'send handle'))),
    ]);
    const page = await open('?view=compare&service=shop&other.service=mail', { viewer });
    await page.locator('.sideA b', { hasText: '6' }).waitFor();
    await page.locator('.sideB b', { hasText: '5' }).waitFor();
    const rows = await page.getByRole('table', { name: 'Functions' }).locator('tbody tr').allInnerTexts();
    assert.deepEqual(rows.map((row) => row.split(/\s+/).slice(0, 4)).toSorted(), [
      ['+3', '0', '3', 'send'],
      ['−1', '6', '5', 'handle'],
      ['−4', '6', '2', 'acquire'],
    ]);
  });

  it('shows timelines of followed tasks', async () => {
    const viewer = await viewerForTest();
    const slice = (state: string, begin: bigint, value: number) => ({
      ...tasks(value, state === 'waiting' ? 'acquire handle' : 'handle'),
      attributes: { 'taskprof.timeline.task': 7, 'taskprof.timeline.root': 7, 'taskprof.timeline.state': state },
      timed: [{ timeUnixNano: START + begin, value }],
    });
    const timeline = {
      ...tasksAt(0, slice('waiting', 0n, 4e9), slice('running', 4n * SECOND, 1e9)),
      sampleType: { type: 'timeline', unit: 'nanoseconds' },
    };
    viewer.store.addProfiles([messageOf('shop', tasksAt(0, tasks(1, 'acquire handle')), timeline)]);
    const page = await open('?view=timelines', { viewer });
    await page.locator('rect.slice').nth(1).waitFor();
    await page.locator('.waterfall .span').focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.span-details', { hasText: '4 s waiting' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.locator('.span-details', { hasText: '1 s running' }).waitFor();
  });

  it('shows what comes while it is open, and spans that have not ended by their tasks', async () => {
    const viewer = await viewerForTest();
    const page = await open('?view=traces', { viewer });
    await page.getByText('Nothing has come yet').waitFor();
    viewer.store.addProfiles([
      messageOf('shop', tasksAt(0, tasks(2, 'acquire handle', { link: { traceId: TRACE, spanId: SPAN } }))),
    ]);
    await page.locator('tbody tr', { hasText: 'not ended' }).getByRole('button').click();
    await page.locator('rect.bar.open').waitFor();
    await page.locator('.waterfall', { hasText: 'acquire' }).waitFor();
    viewer.store.addSpans([{ ...messageOf('shop'), spans: [span({ endTimeUnixNano: START + 12n * SECOND })] }]);
    await page.locator('.waterfall', { hasText: 'GET /orders' }).waitFor();
  });

  it('shows one profile, and nothing where filters leave none', async () => {
    const viewer = await viewerForTest();
    viewer.store.addProfiles([messageOf('shop', tasksAt(0, tasks(2, 'acquire handle')))]);
    const page = await open('?text=nowhere', { viewer });
    await page.getByText('Nothing fits the filters').waitFor();
    await page.getByRole('button', { name: 'Remove the filter contains nowhere' }).click();
    await page.getByText('1 stack of 1 profile').waitFor();
    for (const tab of ['Functions', 'Tasks', 'Traces', 'Compare']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('tab', { name: tab, selected: true }).waitFor();
      await page.locator('.view table, .view .problem').first().waitFor();
    }
  });

  it('fits 390 pixels, in the dark, in every view', async () => {
    const page = await open('', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await frames(page).first().waitFor();
    await picture(page, 'narrow');
    assert.equal(await ground(page), 'rgb(20, 25, 30)');
    assert.equal(await overflow(page), 0);
    for (const tab of ['Functions', 'Tasks', 'Traces', 'Compare']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.locator('.view tbody tr').first().waitFor();
      assert.equal(await overflow(page), 0, tab);
    }
  });

  it('keeps the theme that was chosen', async () => {
    const page = await open('', { colorScheme: 'light' });
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await frames(page).first().waitFor();
    await picture(page, 'dark');
    await page.reload();
    await page.getByRole('button', { name: 'Light theme' }).waitFor();
    assert.equal(await ground(page), 'rgb(20, 25, 30)');
  });

  it('shows HTML in names, labels and files as text', async () => {
    const viewer = await viewerForTest();
    const evil = '<img src=x onerror="document.title=\'owned\'">';
    const link = { traceId: TRACE, spanId: SPAN };
    const message: ProfilesData = messageOf(
      evil,
      tasksAt(0, {
        ...tasks(2, 'a'),
        stack: [frame(evil, `file:///srv/${evil}.js`), frame('</script><script>document.title="owned"</script>', evil)],
        attributes: { [evil]: evil },
        link,
      }),
    );
    viewer.store.addProfiles([message]);
    viewer.store.addSpans([
      {
        ...messageOf(evil),
        spans: [span({ name: evil, attributes: { [evil]: evil }, statusCode: 2, statusMessage: evil })],
      },
    ]);
    const page = await open('', { viewer });
    await frames(page).filter({ hasText: 'onerror' }).first().hover();
    await page.locator('#flame-details', { hasText: '<img' }).waitFor();
    for (const tab of ['Functions', 'Tasks', 'Compare', 'Traces']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.locator('.view tbody tr', { hasText: '<' }).first().waitFor();
    }
    await page.locator('tbody .link').first().click();
    await page.locator('.waterfall .span').click();
    await page.locator('.span-details', { hasText: '<img' }).waitFor();
    assert.equal(await page.title(), 'taskprof');
    assert.equal(await page.locator('#app img:not([src="/icon.svg"])').count(), 0);
  });

  it('stays usable with 20,000 stacks', async () => {
    const viewer = await viewerForTest();
    viewer.store.addProfiles([
      messageOf(
        'shop',
        tasksAt(0, ...Array.from({ length: 20_000 }, (_, n) => tasks(1, `leaf${n} middle${n % 300} main`))),
      ),
    ]);
    const page = await open('', { viewer });
    await page.getByText('20,000 stacks').waitFor();
    await page.getByText(/Too small to be drawn: [\d,]+ frames/).waitFor();
    assert.ok((await frames(page).count()) < 5_100);
  });

  it('says that the viewer has gone', async () => {
    const viewer = await startViewer({ port: 0, grpcPort: false, maxAgeMillis: Infinity });
    viewer.store.addProfiles([messageOf('shop', tasksAt(0, tasks(2, 'acquire handle')))]);
    const page = await open('', { viewer });
    await frames(page).first().waitFor();
    assert.equal(await page.locator('.live.gone').count(), 0);
    await viewer.stop();
    await page.getByText('The viewer has gone.').waitFor();
    await page.locator('.live.gone').waitFor();
    await page.getByRole('tab', { name: 'Functions' }).click();
    await page.getByText('Has "taskprof view" ended?').waitFor();
    // The browser writes each request that nobody answers on the console.
    opened.at(-1)!.problems.length = 0;
  });

  it('lets no script but its own run, and no page of others frame it', async () => {
    const response = await fetch(`${demo.url}/`);
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.doesNotMatch(await response.text(), /<script>|<style|onload=/);
  });
});
