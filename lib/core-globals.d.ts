/**
 * The few host functions that floors B to 4 may use: the same in every browser,
 * worker and Node version. Seen only by tsconfig.core.json, which has no DOM and
 * no Node types, so that anything else is a type error there.
 */

declare function structuredClone<T>(value: T): T;

declare class TextEncoder {
  encode(input?: string): Uint8Array;
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}
