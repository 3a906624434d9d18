import { useEffect, useRef, useState } from 'preact/hooks';
import type { ErrorData } from '../page-data.ts';

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
  const asked = useRef(0);
  useEffect(() => {
    if (question === undefined) return;
    const id = ++asked.current;
    const controller = new AbortController();
    setAnswer((before) => ({ ...before, isLoading: true }));
    void ask(question, controller.signal).then((result) => {
      if (id !== asked.current || controller.signal.aborted) return;
      setAnswer((before) => ({
        data: before.path === path ? before.data : undefined,
        ...(result as { data: T | null } | { error: string }),
        isLoading: false,
        ...(path !== undefined && { path }),
      }));
    });
    return () => controller.abort();
  }, [question, revision]);
  return answer;
}

async function ask(question: string, signal: AbortSignal): Promise<{ data: unknown } | { error: string }> {
  try {
    const response = await fetch(`/api/${question}`, { signal });
    const body: unknown = await response.json();
    return response.ok ? { data: body } : { error: (body as ErrorData).error };
  } catch (thrown) {
    return { error: signal.aborted ? '' : `the viewer does not answer (${(thrown as Error).message})` };
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
