import { useEffect, useRef } from 'preact/hooks';
import { fileText, nameText } from './format.ts';
import type { ChangeState, PageState } from './location-state.ts';

interface Props {
  readonly state: PageState;
  readonly change: ChangeState;
  readonly search: string;
  readonly setSearch: (search: string) => void;
}

/** What everything is filtered by, and the search, which becomes a filter when it is entered. */
export function Filters({ state, change, search, setSearch }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { key, target } = event;
      if (key !== '/' || target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return;
      // The key itself is not searched for.
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const without = (list: readonly string[], item: string): string[] => list.filter((one) => one !== item);
  return (
    <div class="filters">
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          if (search !== '') change(({ texts }) => ({ texts: [...new Set([...texts, search])] }));
          setSearch('');
        }}
      >
        <input
          ref={input}
          type="search"
          placeholder="Search a function or file ( / ), Enter filters"
          aria-label="Search a function or file"
          value={search}
          onInput={({ currentTarget: { value } }) => setSearch(value)}
        />
      </form>
      {state.texts.map((text) => (
        <Chip kind="contains" text={text} onRemove={() => change(({ texts }) => ({ texts: without(texts, text) }))} />
      ))}
      {state.frames.map((frame) => {
        const [name = '', file = ''] = frame.split('\n', 2);
        const text = `${nameText(name)}${file === '' ? '' : ` ${fileText(file)}`}`;
        return (
          <Chip kind="in" text={text} onRemove={() => change(({ frames }) => ({ frames: without(frames, frame) }))} />
        );
      })}
      {state.labels.map((label) => (
        <Chip kind="label" text={label} onRemove={() => change(({ labels }) => ({ labels: without(labels, label) }))} />
      ))}
      {state.inTrace !== undefined && (
        <Chip kind="trace" text={state.inTrace} onRemove={() => change({ inTrace: '' })} />
      )}
    </div>
  );
}

function Chip({ kind, text, onRemove }: { kind: string; text: string; onRemove: () => void }) {
  return (
    <span class="chip">
      <span class="kind">{kind}</span> {text}
      <button type="button" aria-label={`Remove the filter ${kind} ${text}`} onClick={onRemove}>
        ×
      </button>
    </span>
  );
}
