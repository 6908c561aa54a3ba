/** Widens the literals, so that another language must have the same keys and may have other words. */
export type Words<T> = { [K in keyof T]: T[K] extends string ? string : Words<T[K]> }
