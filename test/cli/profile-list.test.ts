import assert from 'node:assert/strict';
import { listOfProfiles } from '../../src/cli/profile-list.ts';
import type { Profile, ProfilesData } from '../../src/profile/model.ts';
import { profile, sample } from '../support/profiles-data.ts';

function messageOf(service: string, ...profiles: readonly Profile[]): ProfilesData {
  return { resource: { attributes: { 'service.name': service } }, scope: { name: '', version: '' }, profiles };
}

const counting = (value: number, timeUnixNano: bigint, attributes: Profile['attributes'] = {}): Profile =>
  profile({ samples: [sample({ value })], timeUnixNano, attributes });

describe('listOfProfiles', () => {
  it('takes the newest profile of each resource, and adds these up', () => {
    const list = listOfProfiles([
      messageOf('shop', counting(5, 2n), counting(1, 1n)),
      messageOf('mail', counting(30, 1n)),
      messageOf('shop', counting(7, 3n)),
    ]);
    assert.equal(list.total, 37);
    assert.equal(list.service, 'shop, mail');
  });

  it('adds up the threads of a process', () => {
    const thread = (id: number, value: number): Profile => counting(value, 1n, { 'thread.id': id });
    assert.equal(listOfProfiles([messageOf('shop', thread(1, 5), thread(2, 6))]).total, 11);
  });

  it('takes estimates from the attributes of the profile, where there is one for each sample', () => {
    const attributes = {
      'taskprof.tasks': 2.5,
      'taskprof.sample.tasks': [2.5],
      'taskprof.sample.standard_error': [0.5],
      'taskprof.sample.oldest_wait': [2_000_000],
      'taskprof.sample.await_index': [1],
    };
    const [entry] = listOfProfiles([messageOf('shop', counting(2, 1n, attributes))]).entries;
    const { value, standardError, oldestWaitMillis, awaitIndex } = entry!;
    assert.deepEqual([value, standardError, oldestWaitMillis, awaitIndex], [2.5, 0.5, 2, 1]);
  });

  it('takes values as they are where attributes are of other samples', () => {
    const attributes = { 'taskprof.sample.tasks': [2.5, 7], 'taskprof.sample.oldest_wait': 'long' };
    const [entry] = listOfProfiles([messageOf('shop', counting(2, 1n, attributes))]).entries;
    assert.deepEqual([entry!.value, entry!.oldestWaitMillis, entry!.awaitIndex], [2, undefined, undefined]);
  });

  it('shows a location without lines by its address', () => {
    const stack = [{ lines: [], address: 0x4711n, attributes: {} }];
    const [entry] = listOfProfiles([messageOf('shop', profile({ samples: [sample({ stack })] }))]).entries;
    assert.equal(entry!.stack[0]!.functionName, '0x4711');
  });
});
