import type { IncomingMessage, ServerResponse } from 'node:http';
import { guarded } from '../base/faults.ts';
import { runAsOwn } from '../base/own-context.ts';
import { type DebugHandlerConfig, type DebugHandlerOptions, debugHandlerConfig } from '../config/debug-endpoint.ts';
import type { Profile } from '../profile/model.ts';
import type { TaskProfiler } from '../profiler.ts';
import { processResource } from '../sdk/process-resource.ts';
import {
  type Answer,
  type AnswerHead,
  ANSWERS,
  type Collected,
  type ResourceSource,
  TIMELINE_ANSWERS,
} from './answers.ts';
import { type Authorization, authorizationBy } from './authorization.ts';
import { collectTasks, collectTimeline } from './collect.ts';
import { collectCpu, wantsCpu } from './collect-cpu.ts';
import { encodeAnswer } from './encode-answer.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { type DebugQuery, parseQuery, parseTimelineQuery } from './query.ts';
import { RequestError } from './request-error.ts';
import { checkMethod, parametersOf } from './request-target.ts';
import { send, sendFailure, sendHead } from './send-answer.ts';

/** Answers a request; what goes wrong is an answer as well. For `node:http`, and whatever hands on its requests. */
export type DebugHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The live tasks over HTTP, like Go's `net/http/pprof`: pprof by default, text with `?debug=1` (by stack) and `?debug=2` (by task),
 * `?format=json|folded|otlp|otlp-json`, the mean over an interval with `?seconds=`, with `&sampleType=wait` where its time went, with
 * `sampleType=cpu` where it computed, and the filters of a snapshot; with `?timeline` what chosen tasks do meanwhile, for Perfetto. One
 * request at a time; others get a 429. It shows the insides of the process: without a `token` nobody else should reach it.
 *
 * @throws InvalidOptionError
 */
export function createDebugHandler(profiler: TaskProfiler, options: DebugHandlerOptions = {}): DebugHandler {
  const endpoint = new DebugEndpoint(profiler, debugHandlerConfig(options));
  return (request, response) => {
    try {
      void runAsOwn(() => endpoint.answer(request, response));
    } catch (thrown) {
      sendFailure(response, thrown);
    }
  };
}

/** What a request makes necessary. */
interface Work {
  readonly head: AnswerHead;
  readonly seconds: number;
  readonly respond: (response: ServerResponse) => Promise<void>;
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
      const { head, seconds, respond } = this.#workFor(parameters);
      // What it would take to know the length is more than anybody asks for who does not want the rest.
      if (request.method === 'HEAD') sendHead(response, head);
      else await this.#turns.run(seconds, () => respond(response));
    } catch (thrown) {
      sendFailure(response, thrown);
    }
  }

  #workFor(parameters: URLSearchParams): Work {
    const timeline = parseTimelineQuery(parameters, this.#config);
    if (timeline !== undefined) {
      return this.#work(TIMELINE_ANSWERS[timeline.answer], timeline.seconds, (gone) =>
        collectTimeline(this.#profiler, timeline, gone),
      );
    }
    const query = parseQuery(parameters, this.#config);
    return this.#work(ANSWERS[query.answer], query.seconds ?? 0, (gone) => this.#collect(query, gone));
  }

  async #collect(query: DebugQuery, gone: AbortSignal): Promise<Collected> {
    const [list, cpu] = await Promise.all([
      query.sampleType === 'cpu' ? undefined : collectTasks(this.#profiler, query, gone),
      this.#collectCpu(query, gone),
    ]);
    return { list, cpu, sampleType: query.sampleType };
  }

  async #collectCpu(query: DebugQuery, gone: AbortSignal): Promise<Profile | undefined> {
    if (!wantsCpu(query, this.#profiler)) return undefined;
    try {
      return await collectCpu(this.#profiler, query, gone);
    } catch (thrown) {
      // Beside the tasks it is one more, which they do not depend on.
      if (query.sampleType === undefined && thrown instanceof RequestError && thrown.status === 501) return undefined;
      throw thrown;
    }
  }

  #work<Content>(answer: Answer<Content>, seconds: number, collect: (gone: AbortSignal) => Promise<Content>): Work {
    return { head: answer, seconds, respond: (response) => this.#respond(answer, collect, response) };
  }

  async #respond<Content>(
    answer: Answer<Content>,
    collect: (gone: AbortSignal) => Promise<Content>,
    response: ServerResponse,
  ): Promise<void> {
    const gone = new AbortController();
    const onClose = guarded('the end of a request met an error', () => gone.abort());
    response.once('close', onClose);
    try {
      const content = await collect(gone.signal);
      const bytes = await encodeAnswer(answer, content, this.#resource, this.#config.maxResponseBytes, gone.signal);
      await send(response, answer, bytes);
    } finally {
      response.removeListener('close', onClose);
    }
  }
}
