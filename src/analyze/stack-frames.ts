import { type FleetFrame, fleetFrameText } from './fleet-frame.ts';
import type { FleetDatabase } from './fleet-database.ts';

/** Ids of one question: with ClickHouse they stand in its URL. */
const IDS_PER_QUESTION = 250;

/** The frames of stacks by their ids, leaf first. */
export async function framesOfStacks(
  database: FleetDatabase,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly FleetFrame[]>> {
  const { relations: sql } = database;
  const framesById = new Map<string, readonly FleetFrame[]>();
  for (let from = 0; from < ids.length; from += IDS_PER_QUESTION) {
    const some = ids.slice(from, from + IDS_PER_QUESTION);
    const question = `SELECT stack, frames FROM ${sql.stackFrames(sql.parameter('ids', 'ids'))} q`;
    for await (const { stack, frames } of database.rows(question, { ids: { type: 'ids', value: some } })) {
      framesById.set(stack as string, readFrames(frames as string));
    }
  }
  return framesById;
}

function readFrames(json: string): FleetFrame[] {
  const frames = JSON.parse(json) as [string, string, number | string][];
  return frames.map(([functionName, file, line]) => ({ functionName, file, line: Number(line) }));
}

/** An order that is the same whatever the engine. */
export function compareFrames(a: readonly FleetFrame[], b: readonly FleetFrame[]): number {
  const [textA, textB] = [a, b].map((frames) => JSON.stringify(frames.map(fleetFrameText))) as [string, string];
  return textA < textB ? -1 : textA > textB ? 1 : 0;
}
