import assert from 'node:assert/strict';
import { type Context, ROOT_CONTEXT, createContextKey } from '@opentelemetry/api';
import { ContextFilter } from '../../src/capture/context-filter.ts';
import { TaskContextReader } from '../../src/capture/task-context.ts';
import { taskLabelConfig } from '../../src/config/labels.ts';
import { RootChoice } from '../../src/timeline/root-choice.ts';
import { seededRandom } from '../support/seeded-random.ts';

const reader = new TaskContextReader(taskLabelConfig());
const KEY = createContextKey('request');
const requests = (count: number): Context[] => Array.from({ length: count }, (_, i) => ROOT_CONTEXT.setValue(KEY, i));

/** Which of these are chosen. */
const chosenOf = (choice: RootChoice, contexts: readonly Context[]): boolean[] =>
  contexts.map((active) => choice.takesContext(active, reader));

describe('the choice of root tasks', () => {
  it('takes one in so many requests by chance, and judges none twice: a task is met at each of its awaits', () => {
    const choice = new RootChoice(4, new ContextFilter(), seededRandom(3));
    assert.equal(choice.isByContext, true);
    assert.equal(choice.isNext, false);
    const met = requests(4_000);
    const chosen = chosenOf(choice, met);
    const share = chosen.filter((is) => is).length / met.length;
    assert.ok(Math.abs(share - 1 / 4) < 0.025, `${share}`);
    const others = met.filter((_, i) => !chosen[i]);
    for (let time = 0; time < 3; time++) assert.ok(!chosenOf(choice, others).includes(true));
  });

  it('takes nothing that its filter does not accept, and counts that as nothing', () => {
    const choice = new RootChoice(1, new ContextFilter({}, '1'.repeat(32)), seededRandom(3));
    assert.ok(!chosenOf(choice, requests(100)).includes(true));
  });

  it('takes no request that it was told to refuse', () => {
    const choice = new RootChoice(1, new ContextFilter(), seededRandom(3));
    const [first, second] = requests(2);
    choice.refuse(first!);
    assert.deepEqual(chosenOf(choice, [first!, second!]), [false, true]);
  });

  it('takes nothing by context where it has no filter', () => {
    const choice = new RootChoice(1, undefined, seededRandom(3));
    assert.deepEqual([choice.isByContext, choice.isNext], [false, true]);
    assert.ok(!chosenOf(choice, requests(10)).includes(true));
  });
});
