/**
 * The scenario file, format version 1: a door. What comes in is checked here
 * and plain inside. Parameters of faults and objectives come from their kinds'
 * own tables (lib/faults, lib/objectives). For authors: docs/SCENARIOS.md.
 */
import { z } from 'zod';
import { lab } from './schema-lab';
import { condition, event, fault, hint, objective, play, question } from './schema-play';
import { duration, identifier, sentence, subnet } from './schema-values';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const variant = z
  .strictObject({
    /** One of these; a mapping gives several names at once: `${name.key}`. */
    choose: z
      .array(z.union([scalar, z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), scalar)]))
      .min(1)
      .optional(),
    from: z.number().int().optional(),
    to: z.number().int().optional(),
    'address-in': subnet.optional(),
    /** Other variants, or values, that it must differ from. */
    not: z.array(scalar).default([]),
  })
  .superRefine((value, context) => {
    const isRange = value.from !== undefined || value.to !== undefined;
    const ways = [value.choose !== undefined, isRange, value['address-in'] !== undefined];
    const complain = (message: string) => context.addIssue({ code: 'custom', message });
    if (ways.filter(Boolean).length !== 1)
      complain('give one of `choose: […]`, `from` with `to`, or `address-in: SUBNET`');
    else if (isRange && !((value.from ?? 0) <= (value.to ?? Number.NEGATIVE_INFINITY)))
      complain('`from` and `to` must both be given, the smaller one first');
  });

/** Seeded parameters, read before everything else: `${name}` in all other texts stands for them. */
export const variantsSchema = z.record(
  z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes'),
  variant,
);
export type Variants = z.infer<typeof variantsSchema>;

/** The shape of scenario.yaml. */
export const scenarioSchema = z.strictObject({
  format: z.literal(1),
  id: identifier,
  title: sentence,
  track: sentence,
  difficulty: z.number().int().min(1).max(5),
  minutes: z.number().int().min(1).max(240),
  teaches: z.array(sentence).min(1),
  /** What the learner should know before. */
  needs: z.array(sentence).default([]),
  summary: sentence,
  /** Language of brief.md, debrief.md and this file; others stand beside as brief.cs.md, debrief.cs.md. */
  language: z
    .string()
    .regex(/^[a-z]{2}$/, 'expected a language like en or cs')
    .default('en'),
  start: z.strictObject({ host: identifier, user: identifier }),
  lab,
  variants: variantsSchema.default({}),
  slo: z
    .strictObject({
      availability: z.number().min(0).max(100),
      window: duration,
      spent: z.number().min(0).max(1),
      from: identifier,
    })
    .optional(),
  pager: z
    .array(z.strictObject({ id: identifier, from: identifier, failing: duration, title: sentence }))
    .default([]),
  timeline: z.array(event),
  deadline: duration,
  /** What the faults break: each must be seen at some time when nobody does anything. */
  breaks: z.array(condition).default([]),
  objectives: z.array(objective).min(1),
  guards: z.array(objective).default([]),
  tomorrow: z
    .strictObject({
      id: identifier,
      title: sentence,
      detail: z.string().default(''),
      why: sentence,
      faults: z.array(fault).min(1),
      within: duration,
      expect: z.array(condition).min(1),
    })
    .optional(),
  hints: z.array(hint).default([]),
  diagnosis: z.array(question).default([]),
  solutions: z.array(play).min(1),
  'wrong-turns': z
    .array(
      play.extend({
        loses: identifier,
        /** A part of the sentence that the learner is told. */
        says: sentence.optional(),
      }),
    )
    .default([]),
  /** By which objective the general wrong turns lose; without it, by any. */
  fails: z
    .strictObject({
      nothing: identifier.optional(),
      'restart-all': identifier.optional(),
      'reboot-all': identifier.optional(),
    })
    .default({}),
  debrief: z
    .strictObject({
      mechanism: sentence,
      sources: z.array(z.union([sentence, z.strictObject({ title: sentence, url: z.url() })])).min(1),
    })
    .optional(),
});

/** A scenario as it is inside. */
export type Scenario = z.infer<typeof scenarioSchema>;
export type ScenarioStep = Scenario['solutions'][number]['steps'][number];
