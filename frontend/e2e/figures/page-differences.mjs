/** For pages other than the board: what differs between screen and REST, a line each. */
export const PAGE_DIFFERENCES = {}
