import type { IncomingMessage, ServerResponse } from 'node:http';
import { runAsOwn } from '../base/own-context.ts';
import { type DebugHandlerConfig, type DebugHandlerOptions, debugHandlerConfig } from '../config/debug-endpoint.ts';
import type { TaskProfiler } from '../profiler.ts';
import { processResource } from '../sdk/process-resource.ts';
import { ANSWERS, type ResourceSource } from './answers.ts';
import { type Authorization, authorizationBy } from './authorization.ts';
import { collectTasks } from './collect.ts';
import { encodeAnswer } from './encode-answer.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { type DebugQuery, parseQuery } from './query.ts';
import { checkMethod, parametersOf } from './request-target.ts';
import { send, sendFailure, sendHead } from './send-answer.ts';

/** Answers a request; what goes wrong is an answer as well. For `node:http`, and whatever hands on its requests. */
export type DebugHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The live tasks over HTTP, like Go's `net/http/pprof`: pprof by default, text with `?debug=1` (by stack) and `?debug=2` (by task),
 * `?format=json|folded|otlp|otlp-json`, the mean over an interval with `?seconds=`, and with `&sampleType=wait` where its time went, and
 * the filters of a snapshot. One request at a time; others get a 429. It shows the insides of the process: without a `token` nobody else should reach it.
 *
 * @throws InvalidOptionError
 */
export function createDebugHandler(profiler: TaskProfiler, options: DebugHandlerOptions = {}): DebugHandler {
  const endpoint = new DebugEndpoint(profiler, debugHandlerConfig(options));
  return (request, response) => void runAsOwn(() => endpoint.answer(request, response));
}

class DebugEndpoint {
  readonly #profiler: TaskProfiler;
  readonly #config: DebugHandlerConfig;
  readonly #authorize: Authorization;
  readonly #resource: ResourceSource;
  readonly #turns = new OneAtATime();

  constructor(profiler: TaskProfiler, config: DebugHandlerConfig) {
    const { token, resource } = config;
    this.#profiler = profiler;
    this.#config = config;
    this.#authorize = authorizationBy(token);
    this.#resource = resource === undefined ? processResource : () => resource;
  }

  /** Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#authorize(request.headers.authorization);
      const parameters = parametersOf(request, this.#config.path);
      checkMethod(request.method);
      const query = parseQuery(parameters, this.#config);
      // What it would take to know the length is more than anybody asks for who does not want the rest.
      if (request.method === 'HEAD') sendHead(response, ANSWERS[query.answer]);
      else await this.#turns.run(query.seconds ?? 0, () => this.#respond(query, response));
    } catch (thrown) {
      sendFailure(response, thrown);
    }
  }

  async #respond(query: DebugQuery, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    const onClose = (): void => gone.abort();
    response.once('close', onClose);
    try {
      const answer = ANSWERS[query.answer];
      const list = await collectTasks(this.#profiler, query, gone.signal);
      const { maxResponseBytes } = this.#config;
      const bytes = await encodeAnswer(answer, list, query.sampleType, this.#resource, maxResponseBytes, gone.signal);
      await send(response, answer, bytes);
    } finally {
      response.removeListener('close', onClose);
    }
  }
}
