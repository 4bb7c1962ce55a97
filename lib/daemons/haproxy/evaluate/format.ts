/** Log formats where they make up values: headers, locations, bodies. Log lines are `worker/log-line.ts`. */

import type { FormatNode } from '../config';
import { sampleText } from './convert';
import type { Subject } from './subject';

/** Names after `%` that a value may contain. */
export type Variables = (subject: Subject, name: string, argument: string) => string;

export function render(subject: Subject, nodes: readonly FormatNode[], variables: Variables): string {
  const [only] = nodes;
  if (nodes.length === 1 && only?.kind === 'text') return only.text;
  let text = '';
  for (const node of nodes) {
    switch (node.kind) {
      case 'text':
        text += node.text;
        break;
      case 'separator':
        text += ' ';
        break;
      case 'variable':
        text += quoted(variables(subject, node.name, node.argument), node.quoted);
        break;
      case 'sample':
        text += quoted(sampleText(subject, node.expression) ?? '', node.quoted);
        break;
    }
  }
  return text;
}
export function quoted(text: string, isQuoted: boolean): string {
  return isQuoted ? `"${text.replaceAll('"', '\\"')}"` : text;
}
