/** A value, or the reason as the daemon words it. */
export type Outcome<T> = { readonly value: T } | { readonly error: string };
