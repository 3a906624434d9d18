import type { ChangeState } from './location-state.ts';

interface Props {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly change: ChangeState;
}

/** Labels, each a filter. */
export function Labels({ labels, change }: Props) {
  return (
    <>
      {labels.map(([name, value]) => {
        const label = `${name}=${value}`;
        return (
          <button
            type="button"
            class="label"
            title={`Filter by ${label}`}
            onClick={() => change((state) => ({ labels: [...new Set([...state.labels, label])] }))}
          >
            {label}
          </button>
        );
      })}
    </>
  );
}
