import type { Overview } from '../page-data.ts';
import type { ChangeState, PageState } from './location-state.ts';

/** What every view gets. */
export interface ViewProps {
  readonly state: PageState;
  readonly change: ChangeState;
  readonly revision: number;
  readonly isDark: boolean;
  /** Highlighted where it is found; a filter once it is entered. */
  readonly search: string;
  readonly overview: Overview | null | undefined;
  /** What the chart chooses: the range, or what it is compared with. */
  readonly side: 'range' | 'other';
  readonly setSide: (side: 'range' | 'other') => void;
}
