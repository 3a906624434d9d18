import assert from 'node:assert/strict';
import type { DecodedProfile, DecodedProfiles, DecodedSample } from '../../examples/receiver/decode.ts';
import type { SpanReference, StackFrame } from '../../src/base/types.ts';
import { framesOf } from '../../src/profile/location.ts';
import type { Profile, ProfilesData } from '../../src/profile/model.ts';
import type { Truth } from './service.ts';
import type { Written } from './written.ts';

/** The service's own functions on the stack of a task that waits for its pool, leaf first, and of one that waits for those. */
const JOINING = [
  'takeStock',
  '(anonymous) service.mjs:45',
  '(anonymous) service.mjs:41',
  '/stock',
  'Server.(anonymous) service.mjs:57',
];
const READING = ['Pool.acquire', 'readShelf', ...JOINING];

/** All that the process knew was written, nothing else was, and it is what really waited there. */
export function assertDelivered(truth: Truth, written: Written): void {
  assert.deepEqual(written.profiles, truth.exported.map(asDecoded));
  assertWhatWaited(truth, written);
  assertSpans(truth, written);
  for (const { resource } of [...written.profiles, ...written.traces]) assertResource(resource, written);
}

/** The decoded form of what was exported. */
function asDecoded({ resource, scope, profiles }: ProfilesData): DecodedProfiles {
  return { resource: resource.attributes, scope, profiles: profiles.map(decodedProfile) };
}

function decodedProfile(profile: Profile): DecodedProfile {
  return {
    ...profile,
    samples: profile.samples.map(({ value, stack, ...sample }) => ({
      ...sample,
      stack: stack.flatMap(framesOf),
      values: [value],
      timestampsUnixNano: [],
    })),
    // What this package measures has no units in its attributes.
  } as DecodedProfile;
}

/** In an interval through which the requests waited, their tasks are counted, labelled and linked as the service says. */
function assertWhatWaited({ held, wholeInterval }: Truth, { profiles }: Written): void {
  const tasks = profiles[wholeInterval]?.profiles.filter(({ sampleType }) => sampleType.type === 'tasks') ?? [];
  const samples = tasks.flatMap((profile) => profile.samples);
  const seen = samples.flatMap(({ values, attributes, link, stack }) =>
    link ? [{ functions: ownFunctions(stack), tasks: values[0], labels: attributes, span: link }] : [],
  );
  const expected = held.flatMap((request) => [
    { functions: READING, ...request },
    { functions: JOINING, ...request, tasks: 1 },
  ]);
  assert.deepEqual(sorted(seen), sorted(expected));
}

function ownFunctions(stack: readonly StackFrame[]): string[] {
  return stack.filter(({ file }) => /(^|\/)service\.mjs$/.test(file)).map(({ functionName }) => functionName);
}

/** Every span that a sample links to was written too; the service's own are there under their names. */
function assertSpans({ held }: Truth, { profiles, traces }: Written): void {
  const spans = new Map(traces.flatMap((resource) => resource.spans).map((span) => [span.spanId, span]));
  const links = profiles.flatMap((request) => request.profiles).flatMap(linksOf);
  assert.ok(links.length >= held.length);
  for (const { traceId, spanId } of links) assert.equal(spans.get(spanId)?.traceId, traceId);
  for (const { labels, span } of held) {
    assert.equal(spans.get(span.spanId)?.name, 'GET /stock');
    assert.deepEqual(spans.get(span.spanId)?.attributes, { tenant: labels.tenant });
  }
}

function linksOf({ samples }: DecodedProfile): SpanReference[] {
  return samples.flatMap(({ link }: DecodedSample) => link ?? []);
}

/** Profiles and traces come under one resource, that of the environment in it. */
function assertResource(resource: DecodedProfiles['resource'], { traces }: Written): void {
  assert.deepEqual(resource, traces[0]?.resource);
  assert.equal(resource['service.name'], 'shop');
  assert.equal(resource['deployment.environment.name'], 'test');
  assert.equal(resource.team, 'Équipe "A"');
}

function sorted<T extends { readonly span: SpanReference; readonly functions: readonly string[] }>(tasks: T[]): T[] {
  const key = ({ span, functions }: T): string => span.spanId + functions.join();
  return tasks.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
