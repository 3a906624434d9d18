import { AnalyzeError } from './analyze-error.ts';
import type { Row } from './fleet-database.ts';

/** What {@link oneUnit} looks at, of profiles. */
export const UNIT_COLUMNS = 'min(unit) AS first_unit, max(unit) AS last_unit';

/** The unit that all have. Throws an {@link AnalyzeError} where there are several: their values can not be added up. */
export function oneUnit({ first_unit: first, last_unit: last }: Row): string {
  if (first === last) return String(first);
  throw new AnalyzeError(
    `the profiles have different units, "${String(first)}" and "${String(last)}": their values can not be added up`,
  );
}
