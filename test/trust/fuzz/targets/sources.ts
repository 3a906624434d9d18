import { loadMappedFile } from '../../../../src/frames/mapped-file.ts';
import { SourceMap } from '../../../../src/frames/source-map.ts';
import { bytes, type Target, text } from './target.ts';

const MAP = { version: 3, sources: ['a.ts', 'b.ts'], names: ['f'], mappings: 'AAAA,SAASA;AACA;;ACDA,IAAI' };
const SECTIONS = { version: 3, sections: [{ offset: { line: 0, column: 0 }, map: MAP }] };
const json = (value: unknown): string => JSON.stringify(value);
const CODE = 'class A{static async f(){await 1}}var f=async()=>{};\nfunction g(){}\n';
const COMMENT = '//# sourceMappingURL=data:application/json';

const isTime = (): boolean => false;

/** Source maps, and code that names them. */
export const sources: readonly Target[] = [
  {
    name: 'source maps',
    seeds: [MAP, SECTIONS].map((map) => bytes(json(map))),
    take(input) {
      const map = new SourceMap(JSON.parse(text(input)), 'file:///a.js.map');
      while (!map.prepare(isTime));
      for (let line = 1; line < 4; line++) map.original(line, 5);
    },
    refusals: [Error],
  },
  {
    name: 'code with a source map',
    seeds: [
      `${CODE}${COMMENT};base64,${Buffer.from(json(MAP)).toString('base64')}\n`,
      `${CODE}${COMMENT},${encodeURIComponent(json(MAP))}`,
      `${CODE}//# sourceMappingURL=a.js.map`,
    ].map(bytes),
    take: (input) => namesIn(input),
    refusals: [Error],
  },
];

/** Every file that is asked for is the same. */
function namesIn(input: Uint8Array): void {
  const loading = loadMappedFile('/app/a.js', { node: false, files: true }, isTime);
  let step = loading.next();
  while (step.done !== true) step = loading.next(step.value === 'pause' ? undefined : Buffer.from(input));
  const file = step.value;
  file?.map.original(1, 5);
  for (const functionName of ['f', 'A.f', 'new A', '#f', '']) {
    for (const functionColumn of [1, 9, 40, 1e9])
      file?.names?.of({ functionName, functionLine: 1, functionColumn } as never);
  }
}
