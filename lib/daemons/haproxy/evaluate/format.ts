/**
 * Log formats where they make up values: headers, locations, bodies; quotes
 * around samples are for logs only. Log lines are `worker/log-line.ts`.
 */

import type { FormatNode } from '../config';
import { sampleText } from './convert';
import type { Subject } from './subject';

/** What a name after `%` stands for. */
export type VariableNode = Extract<FormatNode, { kind: 'variable' }>;
export type Variables = (subject: Subject, node: VariableNode) => string;

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
        text += variables(subject, node);
        break;
      case 'sample':
        text += printable(sampleText(subject, node.expression) ?? '');
        break;
    }
  }
  return text;
}

/** Line ends and their kin cannot stand in a header: as in URLs. */
function printable(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
