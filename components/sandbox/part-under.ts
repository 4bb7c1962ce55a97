const PARTS = '.react-flow__node, [data-wire]';

/** The part of the canvas under a point of the window: a host, a zone, an environment, or `link:ID`. */
export function partUnder(x: number, y: number): string | undefined {
  const parts = document
    .elementsFromPoint(x, y)
    .map((element) => element.closest<HTMLElement | SVGElement>(PARTS));
  const find = (name: string) => parts.find((part) => part?.dataset[name] !== undefined)?.dataset[name];
  const wire = find('wire');
  const node = find('id');
  // A wire lies over its zone and under the machines.
  if (node !== undefined && !node.includes(':')) return node;
  return wire === undefined ? node?.replace(/^(?:zone|environment):/, '') : `link:${wire}`;
}
