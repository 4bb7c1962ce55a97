const PARTS = '.react-flow__node, .react-flow__edge';

/** The part of the canvas under a point of the window: a host, a zone, an environment, or `link:ID`. */
export function partUnder(x: number, y: number): string | undefined {
  const parts = document.elementsFromPoint(x, y).map((element) => element.closest<HTMLElement>(PARTS));
  const idOf = (part: HTMLElement | null | undefined) => part?.dataset['id'];
  const edge = idOf(parts.find((part) => part?.classList.contains('react-flow__edge') === true));
  const node = idOf(parts.find((part) => part?.classList.contains('react-flow__node') === true));
  // A wire lies over its zone and under the machines.
  if (node !== undefined && !node.includes(':')) return node;
  return edge === undefined ? node?.replace(/^(?:zone|environment):/, '') : `link:${edge}`;
}
