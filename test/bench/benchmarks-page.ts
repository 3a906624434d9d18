import { type Figure, type Section, type Value, figureText, quantity } from './report.ts';

const READING = `All of it is printed by \`npm run bench\`, which made this page (\`npm run bench -- --docs\`). \`npm run bench -- NAME\` runs one.

Compare what stands in one table: those runs alternated on one machine. Nanoseconds of different machines, or of different days on a
shared one, differ by more than most of what is compared here. Each value is the median of several runs, with the range of the middle
half of them: where two ranges overlap the difference is not known. A *figure* is what we want to reach, and whether this run did.`;

/** docs/benchmarks.md of one run. */
export function benchmarksPage(machine: string, sections: readonly Section[]): string {
  return ['# Benchmarks', READING, `Measured on: ${machine}.`, ...sections.map(sectionText)].join('\n\n') + '\n';
}

function sectionText({ title, entries }: Section): string {
  const values = entries.filter((entry): entry is Value => typeof entry === 'object' && 'runs' in entry);
  const figures = entries.filter((entry): entry is Figure => typeof entry === 'object' && 'limit' in entry);
  const notes = entries.filter((entry) => typeof entry === 'string');
  const parts = [`## ${title}`, notes.join('\n'), tableOf(values), figures.map(figureLine).join('\n')];
  return parts.filter((part) => part !== '').join('\n\n');
}

function tableOf(values: readonly Value[]): string {
  if (values.length === 0) return '';
  const rows = values.map(
    ({ name, unit, median, middleHalf }) =>
      `| ${name} | ${quantity(median)} ${unit} | ${middleHalf.map(quantity).join(' to ')} |`,
  );
  return ['| what | median | middle half |', '| --- | --- | --- |', ...rows].join('\n');
}

function figureLine(figure: Figure): string {
  return `- ${figureText(figure)}`;
}
