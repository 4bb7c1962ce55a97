/**
 * The legs of requests on their way to whoever draws or lists them. Kept out
 * of the store: hundreds of rows a second must not wake React.
 */
import type { RequestBatch } from '../session/messages';

export type RequestListener = (batch: RequestBatch, frame: RequestMoment) => void;
/** When a batch was shown: what the drawing needs to pace it. */
export interface RequestMoment {
  at: number;
  lookingBack: boolean;
}

export class RequestStream {
  readonly #listeners = new Set<RequestListener>();

  receive(batch: RequestBatch, moment: RequestMoment): void {
    for (const listener of this.#listeners) listener(batch, moment);
  }

  follow(listener: RequestListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
