/** The map as an SVG that stands for itself: no styles and fonts from elsewhere. */
import type { HostStatus, Topology } from '../session/messages';
import { CARD, curveBetween, heightOf, pathText, widthOf } from './wires';

export interface PictureColours {
  ground: string;
  card: string;
  line: string;
  text: string;
  faint: string;
  holder: string;
  tones: Readonly<Record<string, string>>;
  health: Readonly<Record<HostStatus['health'], string>>;
}
const MARGIN = 30;

export function pictureOf(
  topology: Topology,
  hosts: Readonly<Record<string, HostStatus>>,
  { title, colours }: { title: string; colours: PictureColours },
): { svg: string; width: number; height: number } {
  const box = boxOf(topology);
  const width = Math.round(box.right - box.left + MARGIN * 2);
  const height = Math.round(box.bottom - box.top + MARGIN * 2 + 24);
  const places = new Map(topology.hosts.map((host) => [host.id, host]));
  const parts = [
    `<rect x="${box.left - MARGIN}" y="${box.top - MARGIN - 24}" width="${width}" height="${height}" fill="${colours.ground}"/>`,
    text(box.left, box.top - MARGIN - 2, title, { fill: colours.text, size: 15, bold: true }),
  ];
  for (const { x, y, width: wide, height: high, label, subnet, tone } of topology.zones) {
    const colour = colours.tones[tone] ?? colours.line;
    parts.push(
      `<rect x="${x}" y="${y}" width="${wide}" height="${high}" rx="14" fill="${colour}" fill-opacity="0.07" stroke="${colour}" stroke-opacity="0.45"/>`,
      text(x + 10, y + 18, label.toUpperCase(), { fill: colours.text, size: 10.5, bold: true }),
      text(x + 10, y + 31, subnet, { fill: colours.faint, size: 10 }),
    );
  }
  for (const { from, to, kind } of topology.links) {
    const [source, target] = [places.get(from), places.get(to)];
    if (source === undefined || target === undefined) continue;
    const dash =
      kind === 'vrrp' ? ' stroke-dasharray="2 5"' : kind === 'management' ? ' stroke-dasharray="1 4"' : '';
    parts.push(
      `<path d="${pathText(curveBetween(source, target))}" fill="none" stroke="${kind === 'vrrp' ? colours.holder : colours.line}" stroke-width="1.6"${dash}/>`,
    );
  }
  for (const host of topology.hosts) {
    const status = hosts[host.id];
    const stroke = colours.health[status?.health ?? 'ok'];
    const [wide, high] = [widthOf(host), host.kind === 'router' ? heightOf(host) : CARD.height - 14];
    const label =
      host.kind === 'router' ? host.label : `${host.label}${status?.note ? ` · ${status.note}` : ''}`;
    parts.push(
      `<rect x="${host.x}" y="${host.y}" width="${wide}" height="${high}" rx="10" fill="${colours.card}" stroke="${stroke}"/>`,
      host.kind === 'router'
        ? text(host.x + wide / 2, host.y + high / 2 + 4, label, {
            fill: colours.text,
            size: 10.5,
            bold: true,
            middle: true,
          })
        : text(host.x + 10, host.y + 20, label, { fill: colours.text, size: 12, bold: true }),
    );
    if (host.kind !== 'router')
      parts.push(
        text(host.x + 10, host.y + 36, host.address, { fill: colours.faint, size: 10.5 }),
        text(
          host.x + 10,
          host.y + 53,
          (status?.services ?? [])
            .map(({ name, state }) => `${name} ${state === 'ok' ? '✓' : state}`)
            .join('  '),
          { fill: colours.text, size: 9.5 },
        ),
      );
  }
  const view = `${box.left - MARGIN} ${box.top - MARGIN - 24} ${width} ${height}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${view}" width="${width}" height="${height}" role="img"><title>${escape(title)}</title>${parts.join('')}</svg>\n`;
  return { svg, width, height };
}

function boxOf({ zones, hosts }: Topology) {
  const rects = [
    ...zones.map(({ x, y, width, height }) => ({ x, y, right: x + width, bottom: y + height })),
    ...hosts.map((host) => ({
      x: host.x,
      y: host.y,
      right: host.x + widthOf(host),
      bottom: host.y + heightOf(host),
    })),
  ];
  if (rects.length === 0) return { left: 0, top: 0, right: 320, bottom: 120 };
  return {
    left: Math.min(...rects.map(({ x }) => x)),
    top: Math.min(...rects.map(({ y }) => y)),
    right: Math.max(...rects.map(({ right }) => right)),
    bottom: Math.max(...rects.map(({ bottom }) => bottom)),
  };
}
function text(
  x: number,
  y: number,
  content: string,
  {
    fill,
    size,
    bold = false,
    middle = false,
  }: { fill: string; size: number; bold?: boolean; middle?: boolean },
): string {
  return `<text x="${x}" y="${y}" fill="${fill}" font-family="ui-monospace, 'DejaVu Sans Mono', monospace" font-size="${size}"${bold ? ' font-weight="600"' : ''}${middle ? ' text-anchor="middle"' : ''}>${escape(content)}</text>`;
}
function escape(content: string): string {
  return content.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
