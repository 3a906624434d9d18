import { PprofAttribute } from '../encode/pprof-names.ts';

import { buildTimelineProfile } from '../profile/build-timeline.ts';
import { buildInstantProfile } from '../profile/build.ts';
import { buildIntervalProfiles } from '../profile/build-interval.ts';
import type { AttributesWithUnits, Profile, Quantity } from '../profile/model.ts';
import type { IntervalSnapshot } from '../snapshot/interval.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { Sighting, TriggerCause, TriggerEvent } from './trigger-event.ts';

/** Names of the attributes that profiles of dumps have beside those of others. */
export const TriggerAttribute = {
  /** Of the dump: the same in all its profiles. */
  id: 'taskprof.trigger.id',
  /** What fired: `live_tasks`, `oldest_wait`, `event_loop_delay`, `heap_used`, `signal`, `manual`. */
  name: 'taskprof.trigger.name',
  /** What this profile is of it: `dump`, `baseline`, `burst` or `timeline`. */
  role: 'taskprof.trigger.role',
  /** For people. */
  reason: 'taskprof.trigger.reason',
  /** `above` or `risen`, where a quantity was watched; then with the numbers below, which have units. */
  rule: 'taskprof.trigger.rule',
  value: 'taskprof.trigger.value',
  threshold: 'taskprof.trigger.threshold',
  average: 'taskprof.trigger.average',
} as const;

/** The profiles of a dump: its own, and the baseline to compare with. What has no sample is left out: it says nothing. */
export function dumpProfiles(event: TriggerEvent): Profile[] {
  const { snapshot, baseline } = event;
  const profiles = [withCause(buildInstantProfile(snapshot), event, 'dump')];
  if (baseline !== undefined) profiles.push(withCause(buildInstantProfile(baseline), event, 'baseline'));
  return profiles.filter(({ samples }) => samples.length > 0);
}

/** The mean over the burst that followed, and the waits in it. */
export function burstProfiles(event: TriggerEvent, mean: IntervalSnapshot): Profile[] {
  if (mean.samples.length === 0) return [];
  return buildIntervalProfiles(mean).map((profile) => withCause(profile, event, 'burst'));
}

/** The timeline that was recorded after it. */
export function timelineProfiles(event: TriggerEvent, timeline: Timeline): Profile[] {
  return [withCause(buildTimelineProfile(timeline), event, 'timeline')].filter(({ samples }) => samples.length > 0);
}

/** How a cause is told to people. */
export function reasonOf(quantity: keyof typeof WORDS, { rule, value, threshold, average, unit }: Sighting): string {
  const shown = unit === 'tasks' ? readable(value) : `${readable(value)} ${unit}`;
  const rose = rule === 'risen' ? `risen from an average of ${readable(average)}` : `average ${readable(average)}`;
  return `${WORDS[quantity].replace('#', shown)}, over ${readable(threshold)} (${rose})`;
}

const WORDS = {
  liveTasks: '# live tasks',
  oldestWait: 'oldest wait #',
  eventLoopDelay: 'event loop delay #',
  heapUsed: 'heap used #',
} as const;

// As the conventions of OpenTelemetry have units.
const UNITS = { tasks: '{task}', ms: 'ms', '%': '%' } as const;

function withCause(profile: Profile, event: TriggerEvent, role: 'dump' | 'baseline' | 'burst' | 'timeline'): Profile {
  return Object.freeze({ ...profile, attributes: { ...profile.attributes, ...attributesOf(event, role) } });
}

function attributesOf(event: TriggerEvent, role: string): AttributesWithUnits {
  return {
    [TriggerAttribute.id]: event.id,
    [TriggerAttribute.name]: snakeCase(event.trigger),
    [TriggerAttribute.role]: role,
    [TriggerAttribute.reason]: event.reason,
    ...numbersOf(event),
    // The one place of a pprof for it.
    [PprofAttribute.comment]: [`taskprof ${role}: ${event.reason}`],
  };
}

function numbersOf({ sighting }: TriggerCause): AttributesWithUnits {
  if (sighting === undefined) return {};
  const quantity = (value: number): Quantity => ({ value, unit: UNITS[sighting.unit] });
  return {
    [TriggerAttribute.rule]: sighting.rule,
    [TriggerAttribute.value]: quantity(sighting.value),
    [TriggerAttribute.threshold]: quantity(sighting.threshold),
    [TriggerAttribute.average]: quantity(sighting.average),
  };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Three digits are enough for people; whole numbers from 100 on. */
function readable(value: number): string {
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
