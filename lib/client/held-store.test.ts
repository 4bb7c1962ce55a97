import { expect, test } from 'vitest';
import { createStore } from 'zustand';
import { HeldStore } from './held-store';

function held() {
  const source = createStore(() => ({ at: 0 }));
  const store = new HeldStore(source);
  const heard: number[] = [];
  const unfollow = store.subscribe(({ at }) => heard.push(at));
  return { source, store, heard, unfollow };
}

test('passes on what its source says, until nobody listens', () => {
  const { source, store, heard, unfollow } = held();
  source.setState({ at: 1 });
  expect([store.getState().at, heard]).toEqual([1, [1]]);
  unfollow();
  source.setState({ at: 2 });
  expect([store.getState().at, heard]).toEqual([2, [1]]);
});

test('while it is held its readers see the moment that began; then they hear once of what came meanwhile', () => {
  const { source, store, heard } = held();
  source.setState({ at: 1 });
  store.hold();
  source.setState({ at: 2 });
  store.hold();
  source.setState({ at: 3 });
  expect([store.getState().at, source.getState().at, heard]).toEqual([1, 3, [1]]);
  store.letGo();
  expect([store.getState().at, heard]).toEqual([3, [1, 3]]);
  store.letGo();
  source.setState({ at: 4 });
  expect(heard).toEqual([1, 3, 4]);
});

test('nothing is told when nothing came meanwhile', () => {
  const { store, heard } = held();
  store.hold();
  store.letGo();
  expect(heard).toEqual([]);
});
