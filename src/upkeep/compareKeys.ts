/** Compares one page of what R2 holds with one page of rows, both in key order. Pure: it finds, others act. */
import { audioKey, clipIdOf } from '../audio/objectKeys.ts'
import type { Label } from '../audio/label.ts'

type LabelText = Pick<Label, 'title' | 'visibility'>
export type StoredObject = { key: string; uploaded: Date; label: LabelText }
export type RowLabel = { id: string } & LabelText

/** How far the comparison has come: the last object and the last row that it has dealt with. */
export type Position = { key: string; rowId: string | null }

/** What follows the position on either side. A page that is not the last says so: beyond its end is unknown. */
export type Page = {
  position: Position
  rows: RowLabel[]
  moreRows: boolean
  objects: StoredObject[]
  moreObjects: boolean
}

/** Only what was stored before `storedBefore` can be an orphan; a page ends early after so many findings. */
export type Limits = { storedBefore: Date; orphans: number; mislabelled: number }

export type Comparison = {
  /** Objects of a clip that has no row in this page, and are old enough. */
  orphans: { key: string; id: string }[]
  /** Rows whose audio is not there. */
  missing: string[]
  /** Clips whose audio says another title or visibility than the row; what must be hidden comes first. */
  mislabelled: string[]
  /** Keys that no clip can own. */
  foreign: string[]
  /** Objects and rows without one that were dealt with. */
  scanned: number
  /** Where the next page begins. */
  position: Position
  /** Both sides were read to their ends. */
  finished: boolean
  /** A limit of findings was met: the rest is for another time. */
  full: boolean
}

export function compareKeys(page: Page, limits: Limits): Comparison {
  const walk = new Walk(page, limits)
  const stopped = page.objects.some((object) => walk.meet(object) === 'stop')
  if (!stopped && !page.moreObjects) walk.passRows(() => true)
  const { orphans, missing, foreign, scanned, position, full } = walk
  const finished = !stopped && !page.moreObjects && !page.moreRows
  const mislabelled = walk.mislabelled
    .toSorted((one, other) => Number(other.hide) - Number(one.hide))
    .map(({ id }) => id)
  return { orphans, missing, mislabelled, foreign, scanned, position, finished, full }
}

/**
 * Goes along both sides at once. Keys of audio are ASCII, and so compare the same here, in R2 (UTF-8) and, as their
 * ids (uuid, byte by byte), in Postgres. Every other key is compared with these alone.
 */
class Walk {
  readonly orphans: Comparison['orphans'] = []
  readonly missing: string[] = []
  readonly mislabelled: { id: string; hide: boolean }[] = []
  readonly foreign: string[] = []
  scanned = 0
  position: Position
  full = false
  readonly #page: Page
  readonly #limits: Limits
  #nextRow = 0

  constructor(page: Page, limits: Limits) {
    this.#page = page
    this.#limits = limits
    this.position = page.position
  }

  /** Deals with the next object, or stops before it. */
  meet(object: StoredObject): 'go on' | 'stop' {
    this.passRows((id) => audioKey(id) < object.key)
    const row = this.#row()
    // The rows of this page are used up: the object's own may be in the next.
    if (!row && this.#page.moreRows) return 'stop'
    const id = clipIdOf(object.key)
    if (id === undefined) this.foreign.push(object.key)
    else if (row?.id === id) this.#meetOwned(object, row)
    // Its row came before it (`clips/{id}/waveform` follows `clips/{id}/audio`), perhaps in an earlier page.
    else if (this.position.rowId !== id) this.#meetUnowned(object, id)
    if (this.full) return 'stop'
    this.scanned += 1
    this.position = { ...this.position, key: object.key }
    return 'go on'
  }

  /** Passes rows that have no audio, while `isPast` says that their key would have been listed by now. */
  passRows(isPast: (id: string) => boolean): void {
    let row = this.#row()
    while (row && isPast(row.id)) {
      this.missing.push(row.id)
      this.scanned += 1
      this.#pass(row)
      row = this.#row()
    }
  }

  #row(): RowLabel | undefined {
    return this.#page.rows[this.#nextRow]
  }

  #pass(row: RowLabel): void {
    this.position = { ...this.position, rowId: row.id }
    this.#nextRow += 1
  }

  #meetOwned(object: StoredObject, row: RowLabel): void {
    if (object.key !== audioKey(row.id)) return
    if (!sameLabel(object.label, row)) {
      if (this.mislabelled.length >= this.#limits.mislabelled) return this.#stop()
      const hide = row.visibility === 'private' && object.label.visibility === 'public'
      this.mislabelled.push({ id: row.id, hide })
    }
    this.#pass(row)
  }

  #meetUnowned(object: StoredObject, id: string): void {
    if (object.uploaded >= this.#limits.storedBefore) return
    if (this.orphans.length >= this.#limits.orphans) return this.#stop()
    this.orphans.push({ key: object.key, id })
  }

  #stop(): void {
    this.full = true
  }
}

export function sameLabel(one: LabelText, other: LabelText): boolean {
  return one.title === other.title && one.visibility === other.visibility
}
