import { median, middleHalf } from './measure.ts';

/** What is measured, by name: reports as it goes. */
export type Benchmark = (report: Report) => Promise<void> | void;

/** Several runs of the same. */
export interface Value {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  /** A quarter of the runs were less, a quarter more. */
  readonly middleHalf: readonly [low: number, high: number];
  readonly runs: number;
}

/** Something that is to be reached. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
  readonly bound: 'at most' | 'at least';
  readonly isReached: boolean;
}

export interface Section {
  readonly title: string;
  readonly entries: (Value | Figure | string)[];
}

const NAME_WIDTH = 58;

/** Keeps what benchmarks find, in sections, and prints it at once. */
export class Report {
  readonly sections: Section[] = [];
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  section(title: string): void {
    this.sections.push({ title, entries: [] });
    this.#print(title);
  }

  value(name: string, runs: readonly number[], unit: string): void {
    const value: Value = { name, unit, median: median(runs), middleHalf: middleHalf(runs), runs: runs.length };
    this.#add(
      value,
      `${name.padEnd(NAME_WIDTH)} ${quantity(value.median)} ${unit} (${value.middleHalf.map(quantity).join(' to ')})`,
    );
  }

  note(text: string): void {
    this.#add(text, text);
  }

  figure(what: string, value: number, limit: number, unit: string, bound: Figure['bound'] = 'at most'): void {
    const isReached = bound === 'at most' ? value <= limit : value >= limit;
    this.#add(
      { what, value, unit, limit, bound, isReached },
      figureText({ what, value, unit, limit, bound, isReached }),
    );
  }

  #add(entry: Value | Figure | string, line: string): void {
    const section = this.sections.at(-1);
    if (section === undefined) throw new Error(`"${line}" is in no section`);
    section.entries.push(entry);
    this.#print(`  ${line}`);
  }
}

/** Three digits that matter. */
export function quantity(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}

export function figureText({ what, value, unit, limit, bound, isReached }: Figure): string {
  return `figure: ${what}: ${quantity(value)} ${unit}, ${bound} ${limit}: ${isReached ? 'reached' : 'NOT REACHED'}`;
}
