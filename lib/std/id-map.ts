/**
 * What has a number as its id and comes and goes by the hundred thousand: connections, sessions, requests. Plain data.
 *
 * A `Map` leaves its old table behind each time it grows or makes room, and the old one leads to the new one. Once
 * one of them is old enough for the engine's garbage collector to look at it seldom, it keeps all tables that follow
 * it, and with them everything that stood in them. This one has a single table, and uses it again.
 */
export class IdMap<V> {
  /** In order of entering; -1 where one has left, and behind the last. */
  readonly #ids: number[] = [];
  readonly #values: (V | undefined)[] = [];
  /** Places taken in both lists, those that are empty again included. */
  #end = 0;
  /** Place + 1 in the lists above, by the low bits of the id and onwards; 0 where nothing stands. */
  #places = new Int32Array(2 * FEWEST);
  #size = 0;

  get size(): number {
    return this.#size;
  }
  has(id: number): boolean {
    return this.#find(id) >= 0;
  }
  get(id: number): V | undefined {
    const place = this.#find(id);
    return place < 0 ? undefined : this.#values[place];
  }
  /** @param id a whole number from 0 */
  set(id: number, value: V): void {
    const place = this.#find(id);
    if (place >= 0) {
      this.#values[place] = value;
      return;
    }
    if (2 * this.#end >= this.#places.length) this.#makeRoom();
    this.#note(id, this.#end);
    this.#ids[this.#end] = id;
    this.#values[this.#end] = value;
    this.#end++;
    this.#size++;
  }
  delete(id: number): boolean {
    const place = this.#find(id);
    if (place < 0) return false;
    this.#ids[place] = GONE;
    this.#values[place] = undefined;
    this.#size--;
    return true;
  }
  /** The ids that are there now, in order of entering. */
  keys(): number[] {
    return this.#ids.filter((id) => id !== GONE);
  }
  /** What is there now, in order of entering: what leaves or enters later changes nothing in this list. */
  values(): V[] {
    return this.#values.filter((_, place) => this.#ids[place] !== GONE) as V[];
  }

  #find(id: number): number {
    const places = this.#places;
    const mask = places.length - 1;
    for (let slot = id & mask; ; slot = (slot + 1) & mask) {
      const place = (places[slot] ?? 0) - 1;
      if (place < 0 || this.#ids[place] === id) return place;
    }
  }
  #note(id: number, place: number): void {
    const places = this.#places;
    const mask = places.length - 1;
    let slot = id & mask;
    while (places[slot] !== 0) slot = (slot + 1) & mask;
    places[slot] = place + 1;
  }
  /** Closes the gaps; a larger table where there are few. */
  #makeRoom(): void {
    let count = 0;
    for (let place = 0; place < this.#end; place++) {
      const id = this.#ids[place] ?? GONE;
      if (id === GONE) continue;
      this.#ids[count] = id;
      this.#values[count] = this.#values[place];
      count++;
    }
    this.#ids.fill(GONE, count);
    this.#values.fill(undefined, count);
    this.#end = count;
    if (4 * count > this.#places.length) this.#places = new Int32Array(2 * this.#places.length);
    else this.#places.fill(0);
    for (let place = 0; place < count; place++) this.#note(this.#ids[place] ?? GONE, place);
  }
}

const GONE = -1;
/** Entries that the first table has room for. */
const FEWEST = 16;
