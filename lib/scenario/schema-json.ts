/**
 * The scenario file as JSON Schema (draft 7), for editors: from the same types
 * as the loader's, with the kinds' own parameter tables in it.
 */
import { z } from 'zod';
import { FAULTS } from '../faults/registry';
import { OBJECTIVES } from '../objectives/registry';
import type { Parameter } from '../world/parameters';
import { FAULT_KEYS } from './kinds';
import { scenarioSchema } from './schema';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** A variant may stand for anything that is not a list or a mapping. */
const VARIANT: JsonObject = { type: 'string', pattern: '\\$\\{[a-z][a-z0-9.-]*\\}' };
const CONDITION: JsonObject = { $ref: '#/definitions/condition' };
const IF: JsonObject = { type: 'object', description: 'Only when these variants have these values.' };

export function scenarioJsonSchema(): JsonObject {
  // zod gives JSON Schema as an object of its own type; it is plain JSON.
  const raw = z.toJSONSchema(scenarioSchema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
  }) as unknown as JsonObject;
  const definitions = isObject(raw['definitions']) ? raw['definitions'] : {};
  definitions['fault'] = kinds(FAULTS, FAULT_KEYS, {});
  definitions['condition'] = kinds(OBJECTIVES, [], {});
  const objective = definitions['objective'];
  definitions['objective'] = kinds(
    OBJECTIVES,
    [],
    isObject(objective) && isObject(objective['properties']) ? objective['properties'] : {},
  );
  const properties = isObject(raw['properties']) ? raw['properties'] : {};
  const relaxed = withVariants({ ...raw, definitions }) as JsonObject;
  // The variants themselves are what they are.
  if (isObject(relaxed['properties'])) relaxed['properties']['variants'] = properties['variants'] ?? {};
  return { ...relaxed, title: 'Faultline scenario, format 1' };
}

interface Kind {
  kind: string;
  title: string;
  description: string;
  parameters: readonly Parameter[];
}
function kinds(list: readonly Kind[], shared: readonly Parameter[], common: JsonObject): JsonObject {
  return {
    type: 'object',
    required: ['kind', ...Object.keys(common).filter((name) => ['id', 'title', 'why'].includes(name))],
    properties: {
      kind: { type: 'string', enum: list.map(({ kind }) => kind) },
    },
    allOf: list.map(({ kind, title, description, parameters }) => ({
      if: { properties: { kind: { const: kind } }, required: ['kind'] },
      then: {
        title,
        description,
        properties: {
          ...common,
          kind: { const: kind, description: `${title}. ${description}` },
          if: IF,
          ...Object.fromEntries([...shared, ...parameters].map((entry) => [entry.name, valueOf(entry)])),
        },
        // A fault's host may be given as `holder`.
        required: parameters
          .filter(({ required, name }) => required && !(shared.length > 0 && name === 'host'))
          .map(({ name }) => name),
        additionalProperties: false,
      },
    })),
  };
}
function valueOf({ type, description, choices }: Parameter): JsonObject {
  switch (type) {
    case 'number':
      return { type: 'number', description };
    case 'share':
      return { type: 'number', minimum: 0, maximum: 1, description };
    case 'flag':
      return { type: 'boolean', description };
    case 'choice':
      return { enum: [...(choices ?? [])], description };
    case 'hosts':
    case 'texts':
    case 'paths':
      return {
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
        description,
      };
    case 'condition':
      return CONDITION;
    case 'conditions':
      return { type: 'array', items: CONDITION, minItems: 1, description };
    case 'path':
      return { type: 'string', pattern: '^/', description };
    default:
      return { type: 'string', description };
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** Values that are checked more closely than as a text may be a variant instead; mappings may have `if`. */
function withVariants(node: Json): Json {
  if (Array.isArray(node)) return node.map(withVariants);
  if (!isObject(node)) return node;
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(node)) {
    if (['if', 'const', 'enum', 'required', 'propertyNames'].includes(key)) out[key] = value;
    else if (key === 'properties' && isObject(value))
      out[key] = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withVariants(item)]));
    else out[key] = withVariants(value);
  }
  const { type } = node;
  if (type === 'object' && isObject(out['properties']) && !('kind' in out['properties']))
    out['properties'] = { ...out['properties'], if: IF };
  const isClose =
    type === 'number' ||
    type === 'integer' ||
    type === 'boolean' ||
    'enum' in node ||
    (type === 'string' && ('pattern' in node || 'format' in node));
  if (!isClose) return out;
  const { description, default: preset, ...rest } = out;
  return {
    anyOf: [rest, VARIANT],
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
  };
}

/** The kinds as Markdown tables, for docs/SCENARIOS.md. */
export function kindTables(): { faults: string; objectives: string } {
  return { faults: table(FAULTS), objectives: table(OBJECTIVES) };
}
function table(list: readonly Kind[]): string {
  const rows = list.map(({ kind, description, parameters }) => {
    const own = parameters.map(({ name, required, description: text, choices }) => {
      const values = choices === undefined ? '' : ` (${choices.join(', ')})`;
      return `\`${name}\`${required ? '' : '?'}: ${text.replace(/\.$/, '')}${values}`;
    });
    return `| \`${kind}\` | ${description.replaceAll('|', '\\|')} | ${own.join('; ').replaceAll('|', '\\|')} |`;
  });
  return ['| kind | what | parameters |', '| --- | --- | --- |', ...rows].join('\n');
}
