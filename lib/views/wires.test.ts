import { expect, test } from 'vitest';
import type { HostView } from '../session/messages';
import { curveBetween, nearestHost, pathText, pointOn, sample, wayFinder } from './wires';

const host = (id: string, x: number, y: number, kind: HostView['kind'] = 'app'): HostView => ({
  id,
  x,
  y,
  kind,
  zone: 'z',
  label: id,
  address: '',
  description: '',
  interfaces: [],
});

test('a wire leaves on the side where the other host is', () => {
  const [left, right] = [host('a', 0, 0), host('b', 300, 100)];
  expect(curveBetween(left, right)).toMatchObject({ from: { x: 138, y: 34 }, to: { x: 300, y: 134 } });
  expect(curveBetween(right, left)).toMatchObject({ from: { x: 300, y: 134 }, to: { x: 138, y: 34 } });
  expect(curveBetween(left, host('c', 20, 300))).toMatchObject({
    from: { x: 69, y: 82 },
    to: { x: 89, y: 300 },
  });
});

test('a curve begins and ends where it says', () => {
  const curve = curveBetween(host('a', 0, 0), host('b', 300, 100));
  expect(pointOn(curve, 0)).toEqual(curve.from);
  expect(pointOn(curve, 1)).toEqual(curve.to);
  expect(pathText(curve)).toBe('M138 34 C219 34 219 134 300 134');
  expect([...sample([curve], 2)].length).toBe(6);
});

test('a request without its own wire goes along the fewest', () => {
  const hosts = [host('a', 0, 0), host('fw', 200, 0, 'router'), host('b', 400, 0), host('alone', 0, 400)];
  const way = wayFinder(hosts, [
    { id: '1', from: 'a', to: 'fw', kind: 'traffic' },
    { id: '2', from: 'fw', to: 'b', kind: 'traffic' },
  ]);
  expect(way('a', 'b')?.curves).toHaveLength(2);
  expect(way('b', 'a')?.curves[0]?.from).toEqual({ x: 400, y: 34 });
  expect(way('a', 'alone')?.curves).toHaveLength(1);
  expect(way('a', 'unknown')).toBeUndefined();
});

test('arrow keys go to the nearest host that way', () => {
  const hosts = [host('a', 0, 0), host('b', 200, 20), host('c', 200, 300), host('d', 0, 300)];
  expect(nearestHost(hosts, 'a', 'right')).toBe('b');
  expect(nearestHost(hosts, 'b', 'down')).toBe('c');
  expect(nearestHost(hosts, 'c', 'left')).toBe('d');
  expect(nearestHost(hosts, 'a', 'up')).toBeUndefined();
});
