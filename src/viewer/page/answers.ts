import { useEffect, useRef, useState } from 'preact/hooks';
import type { ErrorData } from '../page-data.ts';
import { Refresher } from './refresher.ts';

export interface Answer<T> {
  /** The newest; stays while the next is fetched. */
  readonly data: T | null | undefined;
  readonly error?: string;
  readonly isLoading: boolean;
}

/** The answer to a question, asked again where it or the revision changes; without a question none. */
export function useAnswer<T>(question: string | undefined, revision: number): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T> & { readonly path?: string }>({ data: undefined, isLoading: true });
  const path = question?.split('?', 1)[0];
  const refresher = useRef<Refresher | undefined>(undefined);
  useEffect(() => {
    if (question === undefined) return;
    const asked = new Refresher(async (signal) => {
      setAnswer((before) => ({ ...before, isLoading: true }));
      const result = await ask(question, signal);
      if (signal.aborted) return;
      setAnswer((before) => ({
        data: before.path === path ? before.data : undefined,
        ...(result as { data: T | null } | { error: string }),
        isLoading: false,
        ...(path !== undefined && { path }),
      }));
    });
    refresher.current = asked;
    return () => asked.stop();
  }, [question]);
  // Behind the one above: a new question is asked at once.
  useEffect(() => refresher.current?.refresh(), [question, revision]);
  return answer;
}

async function ask(question: string, signal: AbortSignal): Promise<{ data: unknown } | { error: string }> {
  try {
    const response = await fetch(`/api/${question}`, { signal });
    const body: unknown = await response.json();
    return response.ok ? { data: body } : { error: (body as ErrorData).error };
  } catch (thrown) {
    return {
      error: signal.aborted
        ? ''
        : `The viewer does not answer. Has "taskprof view" ended? (${(thrown as Error).message})`,
    };
  }
}

/**
 * Changes whenever there is something newer than `known`, the revision of what was fetched first, while `isLive`; and whether the viewer is
 * there.
 */
export function useRevision(isLive: boolean, known: number | undefined): { revision: number; isConnected: boolean } {
  const [latest, setLatest] = useState(0);
  const [revision, setRevision] = useState(0);
  const [isConnected, setConnected] = useState(true);
  useEffect(() => {
    if (!isLive) return;
    const changes = new EventSource('/api/changes');
    changes.onmessage = ({ data }) => setLatest(Number(data));
    changes.onopen = () => setConnected(true);
    changes.onerror = () => setConnected(false);
    return () => changes.close();
  }, [isLive]);
  useEffect(() => {
    if (known !== undefined && latest > known) setRevision(latest);
  }, [known, latest]);
  return { revision, isConnected };
}
