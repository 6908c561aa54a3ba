const SHOWN_MAX = 99

/** A count that fits its mark. */
export const shownCount = (count: number): string => (count > SHOWN_MAX ? `${SHOWN_MAX}+` : String(count))
