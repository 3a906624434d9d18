import type { FrameData } from '../page-data.ts';
import { nameText, ownerOf, placeText, stackTitle } from './format.ts';

interface Props {
  readonly frames: readonly FrameData[];
  readonly awaitIndex?: number | undefined;
}

/** A stack as what it is about, and all its frames, leaf first, where it is opened. */
export function StackCell({ frames, awaitIndex }: Props) {
  return (
    <details class="stack">
      <summary>{stackTitle(frames)}</summary>
      <StackList {...{ frames, awaitIndex }} />
    </details>
  );
}

export function StackList({ frames, awaitIndex }: Props) {
  return (
    <ol>
      {frames.map((frame, index) => (
        <li class={ownerOf(frame.file) === '' ? 'own' : ''}>
          {index === awaitIndex && <span class="await">await </span>}
          {nameText(frame.name)} <span class="place">{placeText(frame)}</span>
        </li>
      ))}
    </ol>
  );
}
