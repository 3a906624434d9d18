import { RequestError } from '../debug/request-error.ts';
import { flameOf } from './flame.ts';
import { overviewOf } from './overview.ts';
import type { Overview } from './page-data.ts';
import { selectionOf, traceIdOf } from './selection.ts';
import type { Store } from './store.ts';
import { taskOrderOf, tasksOf } from './tasks.ts';
import { timelineOf } from './timeline.ts';
import { timelinesOf } from './timelines.ts';
import { traceOf } from './trace.ts';
import { traceOrderOf, tracesOf } from './traces.ts';

/** What the page says of the viewer itself. */
export type About = Pick<Overview, 'receivers' | 'maxBytes'>;

type Question = (store: Store, parameters: URLSearchParams, about: About) => unknown;

const QUESTIONS: Readonly<Record<string, Question>> = {
  '/api/overview': (store, _, about) => overviewOf(store, about),
  '/api/timeline': ({ database }, parameters) => timelineOf(database, selectionOf(parameters)),
  '/api/flame': ({ database }, parameters) => flameOf(database, selectionOf(parameters), otherOf(parameters)),
  '/api/tasks': ({ database }, parameters) => tasksOf(database, selectionOf(parameters), taskOrderOf(parameters)),
  '/api/timelines': ({ database }, parameters) => timelinesOf(database, selectionOf(parameters)),
  '/api/traces': ({ database }, parameters) => tracesOf(database, selectionOf(parameters), traceOrderOf(parameters)),
  '/api/trace': ({ database }, parameters) => {
    const id = traceIdOf(parameters.get('id') ?? '');
    const trace = traceOf(database, id);
    if (trace === undefined) throw new RequestError(404, `no trace ${id} is known`);
    return trace;
  },
};

/** The answer to a question, in JSON; undefined where there is none of that path. Throws a {@link RequestError}. */
export function answerOf(store: Store, path: string, parameters: URLSearchParams, about: About): string | undefined {
  if (!Object.hasOwn(QUESTIONS, path)) return undefined;
  return JSON.stringify(QUESTIONS[path]!(store, parameters, about) ?? null);
}

/** What is compared with: the same filters, but where they are given anew. */
function otherOf(parameters: URLSearchParams): ReturnType<typeof selectionOf> | undefined {
  const given = [...parameters.keys()].filter((name) => name.startsWith('other.'));
  if (given.length === 0) return undefined;
  const { type } = selectionOf(parameters);
  return { ...selectionOf(parameters, 'other.'), ...(type !== undefined && { type }) };
}
