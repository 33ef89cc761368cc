/** The keys of advisory locks, for what one instance does at a time. They are any numbers, each another one. */

/** Held by whoever numbers arrivals, and keeps counts by that. */
export const NUMBERING = 7_231_804_512
/** Held for as long as its connection by the instance that does what one is enough for: see sequencer.ts. */
export const LEADING = 7_231_804_517
export const SEALING = 7_231_804_513
export const MIGRATING = 7_231_804_514
/** Held by whoever fills the search index. */
export const SEARCH = 7_231_804_516
/** Held by whoever removes events. */
export const PURGING = 7_231_804_515
